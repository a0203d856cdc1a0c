'use strict';

const { plural } = require('../lib/format');
const html = require('../lib/html');

module.exports = function user({ name, email }, todos) {
  return html`
    <h1>${name}</h1>
    <p>${email} has ${plural(todos.length, 'todo')}</p>
    <ul>
      ${todos.map((todo) => html`<li>${todo.done ? 'done' : 'open'}: ${todo.title}</li>`)}
    </ul>
  `;
};
