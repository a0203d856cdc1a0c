const net = require('node:net');
net.createServer((socket) => socket.end('other')).listen(0);
