export const own = 1;
export const shared = 1;
