import { three } from './three.mjs';

export const answer = () => three();
