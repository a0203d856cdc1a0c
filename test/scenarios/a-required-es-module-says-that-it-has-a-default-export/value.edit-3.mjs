export default 3;
export const name = 'three';
