export * from './a.mjs';
export * from './c.mjs';
