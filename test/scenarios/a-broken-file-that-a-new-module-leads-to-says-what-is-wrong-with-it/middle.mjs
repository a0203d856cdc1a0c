export { one } from './leaf.mjs';
