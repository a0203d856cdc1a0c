throw new Error('not yet');
export const value = 'never';
