export const leaf = 'once more';
