import { own } from './leaf.mjs';

export const answer = () => own;
