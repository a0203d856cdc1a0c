import { one } from './one.mjs';

export const answer = () => one();
