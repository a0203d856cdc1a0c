import { shared } from './leaf.mjs';

export const plain = () => shared;
