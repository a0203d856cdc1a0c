import { setting } from './setting.mjs';
export const later = import('./later.mjs');
export { setting };
