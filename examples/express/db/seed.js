'use strict';

module.exports = {
  users: [
    { name: 'Ada Lovelace', email: 'ada@example.com' },
    { name: 'Alan Turing', email: 'alan@example.com' },
    { name: 'Grace Hopper', email: 'grace@example.com' },
  ],
  todos: [
    { userId: 1, title: 'Write the notes on the engine', done: true },
    { userId: 1, title: 'Compute the Bernoulli numbers', done: false },
    { userId: 2, title: 'Describe a universal machine', done: true },
    { userId: 3, title: 'Find the moth', done: true },
    { userId: 3, title: 'Finish the compiler', done: false },
  ],
};
