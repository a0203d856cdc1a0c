import * as leaf from './leaf.cjs';

import.meta.hot?.accept('./leaf.cjs', () => {});
export const own = () => leaf.value;
