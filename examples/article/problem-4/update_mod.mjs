const array = new Array(1e5).fill('*');
let count = 0;

export default () => {
  console.log('update_mod', ++count, array.length);
};
