import * as all from './all.cjs';
import { value } from './other.mjs';

export const answer = () => [value, ...Object.keys(all).sort()];
