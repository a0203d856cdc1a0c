export default 2;
export const name = 'two';
