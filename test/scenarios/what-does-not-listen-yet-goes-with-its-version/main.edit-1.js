require('node:net').createServer().listen(0);
require('node:dgram').createSocket('udp4').bind(0);
exports.answer = async () => {
  await new Promise((resolve) => setImmediate(resolve));
  return process.getActiveResourcesInfo().filter((each) => /server|udp/i.test(each)).length;
};
throw new Error('not yet');
