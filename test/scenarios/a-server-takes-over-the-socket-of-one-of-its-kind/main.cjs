const http = require('node:http');
const { once } = require('node:events');
const server = http.createServer((request, response) => response.end('one')).listen(0);
const ports = (globalThis.ports ??= {});
exports.answer = async () => {
  if (!server.listening) await once(server, 'listening');
  ports[__dirname] ??= server.address().port;
  return (await fetch(`http://127.0.0.1:${ports[__dirname]}`)).text();
};
