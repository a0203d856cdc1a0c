import { later, value } from './child.mjs';
import { plain } from './plain.js';

import.meta.hot?.dispose(() => {});
export const answer = () => [value, later(), plain];
