import { setting } from './setting.mjs';
export { setting };
