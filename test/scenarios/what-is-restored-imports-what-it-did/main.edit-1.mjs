import { value } from './child.mjs';

export const answer = () => value;
