import { two } from './two.mjs';

export const answer = () => two();
