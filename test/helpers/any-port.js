'use strict';

/*
 * Loaded into a program before it: a port that it names itself may be taken, so it gets a free one. Stays in front of
 * whatever is put in the place of `listen` later.
 */

const net = require('node:net');

let { listen } = net.Server.prototype;
let isReplaced = false;

Object.defineProperty(net.Server.prototype, 'listen', {
  configurable: true,
  // What is put in its place calls what was there.
  get: () => (isReplaced ? listenAnywhere : listen),
  set(next) {
    listen = next;
    isReplaced = true;
  },
});

function listenAnywhere(first, ...rest) {
  const isPort = /^\d+$/.test(String(first));
  const isOptions = typeof first === 'object' && first !== null && 'port' in first;
  const free = isPort ? 0 : isOptions ? { ...first, port: 0 } : first;
  return Reflect.apply(listen, this, [free, ...rest]);
}
