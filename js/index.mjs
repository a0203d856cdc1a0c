import api from './index.js';

export const {
  adapter,
  hotReload,
  reload,
  watch,
  on,
  graph,
  versions,
  resources,
  diagnose,
  SafeHotError,
} = api;
export default api;
