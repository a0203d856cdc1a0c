import { leaf } from './leaf.mjs';

import.meta.hot?.accept('./leaf.mjs', () => {});
export const held = () => leaf;
