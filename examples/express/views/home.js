'use strict';

const { duration, plural } = require('../lib/format');
const html = require('../lib/html');

module.exports = function home({ users, open, stats }) {
  return html`
    <h1>Things to do</h1>
    <p>${plural(open.length, 'open todo')} for ${plural(users.length, 'user')}</p>
    <ul>
      ${open.map((todo) => html`<li>${todo.title}</li>`)}
    </ul>
    <p>Up for ${duration(stats.uptimeSeconds)}</p>
  `;
};
