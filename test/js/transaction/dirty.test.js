'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');

const REGISTER = path.resolve(__dirname, '..', '..', '..', 'js', 'hooks', 'register.js');

describe('transaction: what was refused goes along with the next change', () => {
  it('but a file that is gone by then is gone, not what it was when it was refused', async () => {
    const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'safe-hot-'));
    const leaf = path.join(folder, 'leaf.js');
    fs.writeFileSync(path.join(folder, 'package.json'), '{}');
    fs.writeFileSync(
      path.join(folder, 'main.js'),
      "require('./leaf');\nsetInterval(() => {}, 1e6);\n",
    );
    fs.writeFileSync(leaf, 'exports.value = 1;\n');
    const env = { ...process.env, SAFE_HOT_REPORT: 'json' };
    const child = spawn(process.execPath, ['-r', REGISTER, 'main.js'], {
      cwd: folder,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const lines = readline.createInterface(child.stderr)[Symbol.asyncIterator]();
    const next = async () => JSON.parse((await lines.next()).value);
    try {
      await next();

      fs.writeFileSync(leaf, '');
      const empty = await next();
      fs.rmSync(leaf);
      const deleted = await next();

      assert.equal(empty.error.code, 'ERR_SAFE_HOT_EMPTY');
      assert.equal(deleted.outcome, 'refused');
      assert.equal(deleted.error.code, 'ERR_SAFE_HOT_DELETED');
    } finally {
      child.kill();
      await once(child, 'exit');
      fs.rmSync(folder, { recursive: true });
    }
  });
});
