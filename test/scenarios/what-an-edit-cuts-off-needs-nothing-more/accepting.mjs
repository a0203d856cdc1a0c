import { shared } from './leaf.mjs';

import.meta.hot?.accept('./leaf.mjs', () => {});
export const accepting = () => shared;
