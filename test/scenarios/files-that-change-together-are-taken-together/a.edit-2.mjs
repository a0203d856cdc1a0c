import { c } from './c.mjs';
export const a = `a of ${c}`;
