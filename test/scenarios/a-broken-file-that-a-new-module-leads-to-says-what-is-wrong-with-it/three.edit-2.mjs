export { one } from './middle.mjs';
