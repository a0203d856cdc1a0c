export const value = 2;
export const more = true;
