'use strict';

const html = require('../lib/html');

module.exports = function layout({ title, body }) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title}</title>
      </head>
      <body>
        <main>${body}</main>
        <footer>Todo service</footer>
      </body>
    </html>`;
};
