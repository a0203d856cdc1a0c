import { c } from './b.cjs';
export const a = `a of ${c}`;
