import { value as own } from './moved.mjs';

import.meta.hot?.dispose(() => {});
export const value = `of ${own}`;
throw new Error('not yet');
