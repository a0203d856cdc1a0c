'use strict';

const start = new Date().toLocaleString();

setInterval(() => console.log(start), 1000);
