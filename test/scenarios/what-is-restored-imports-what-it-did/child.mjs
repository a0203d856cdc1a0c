import { value as own } from './leaf.mjs';

import.meta.hot?.dispose(() => {});
export const value = `of ${own}`;
