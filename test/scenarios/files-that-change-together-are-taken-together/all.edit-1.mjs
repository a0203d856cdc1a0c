export * from './a.mjs';
export { c } from './b.cjs';
