import { b } from './b.cjs';
export const a = `a of ${b}`;
