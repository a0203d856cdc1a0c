import './nowhere.mjs';
export const one = 2;
