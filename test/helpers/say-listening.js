'use strict';

/* Loaded into a program before it: says, as one line, where each of its servers listens, as the tests' own programs do. */

const net = require('node:net');

const { emit } = net.Server.prototype;

net.Server.prototype.emit = function (name, ...args) {
  if (name === 'listening') console.log('listening', this.address().port, process.pid);
  return Reflect.apply(emit, this, [name, ...args]);
};
