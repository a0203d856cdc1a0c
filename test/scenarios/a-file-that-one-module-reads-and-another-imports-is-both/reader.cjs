const fs = require('node:fs');
module.exports = fs.readFileSync(require.resolve('./data.json'), 'utf8');
