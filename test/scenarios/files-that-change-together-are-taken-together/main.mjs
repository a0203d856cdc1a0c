import * as all from './all.mjs';
export const answer = () => ({ ...all });
