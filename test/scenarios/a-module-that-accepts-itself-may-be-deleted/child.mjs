import.meta.hot?.accept();
export const value = 'of the child';
