export const three: number = 3;
export const four = 4;
