'use strict';

/* Loaded into a program before it: says, as one line, where each of its servers listens, as the tests' own programs do. */

const net = require('node:net');

const { emit } = net.Server.prototype;

net.Server.prototype.emit = function (name, ...args) {
  // One that listens at a path is no server of the program's.
  const port = name === 'listening' && this.address()?.port;
  if (port) process.stdout.write(`listening ${port} ${process.pid}\n`);
  return Reflect.apply(emit, this, [name, ...args]);
};
