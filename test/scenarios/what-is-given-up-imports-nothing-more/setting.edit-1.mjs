export const setting = 2;
