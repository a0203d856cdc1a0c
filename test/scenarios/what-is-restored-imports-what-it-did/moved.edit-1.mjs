export const value = 'the leaf';
