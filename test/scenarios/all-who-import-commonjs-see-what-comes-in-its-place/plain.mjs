export { value } from './leaf.cjs';
