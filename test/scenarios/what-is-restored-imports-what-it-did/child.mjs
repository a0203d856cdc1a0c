import { value as own } from './leaf.mjs';
import lazily from './lazily.cjs';

import.meta.hot?.dispose(() => {});
export const value = `of ${own}`;
export const later = () => lazily().value;
