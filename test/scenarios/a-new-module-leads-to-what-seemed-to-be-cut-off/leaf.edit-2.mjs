export const leaf = 'at last';
