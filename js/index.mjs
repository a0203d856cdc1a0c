import api from './index.js';

export const { hotReload, reload, watch, on, graph, versions, resources, diagnose, SafeHotError } =
  api;
export default api;
