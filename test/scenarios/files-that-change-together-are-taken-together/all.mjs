export * from './a.mjs';
export { b } from './b.cjs';
