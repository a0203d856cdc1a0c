import { value } from './value.cjs';
export const twice = 2 * value;
