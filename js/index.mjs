import api from './index.js';

export const { hotReload, reload, watch, on, graph, versions, resources, SafeHotError } = api;
export default api;
