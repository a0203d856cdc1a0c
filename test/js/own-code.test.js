'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { ROOT } = require('../helpers/cli-app');

/**
 * Tells which of safe-hot's modules are read from their own files, and from nothing else, until the program begins: by
 * the time of what is loaded later V8 may have collected the one file.
 */
const COUNT = `const fs = require('node:fs');
const { readFileSync } = fs;
const read = [];
let hasBegun = false;
globalThis.begin = () => (hasBegun = true);
fs.readFileSync = function (file, ...rest) {
  if (!hasBegun && /safe-hot.js.*[.]js$/.test(file)) read.push(file);
  return Reflect.apply(readFileSync, fs, [file, ...rest]);
};
process.on('exit', () => fs.writeSync(1, JSON.stringify(read)));
`;

/** Goes on until what safe-hot loads after the start of a program is there. */
const PROGRAM = `begin();
const goesOn = setInterval(() => {}, 1000);
require('node:diagnostics_channel').subscribe('safe-hot', () => {
  setImmediate(() => setImmediate(() => clearInterval(goesOn)));
});
`;

const ES_PROGRAM = `import { createRequire } from 'node:module';
createRequire(import.meta.url)('./main.js');
`;

/** What may have become of the file. @type {Record<string, (bytes: Buffer) => Buffer>} */
const DAMAGES = {
  'has lost its end': (bytes) => bytes.subarray(0, bytes.length - 4096),
  'is empty': () => Buffer.alloc(0),
  'has one other byte in what V8 compiled': (bytes) => withOther(bytes, bytes.length - 2048),
  'has one other byte in its index': (bytes) => withOther(bytes, 100),
  'is another file': () => Buffer.from('{"not": "what it was"}'.repeat(100)),
};

/** @param {Buffer} bytes @param {number} at */
function withOther(bytes, at) {
  const other = Buffer.from(bytes);
  other[at] = (other[at] ?? 0) ^ 0xff;
  return other;
}

describe('own code', () => {
  /** @type {string} */
  let folder;

  // A copy, since the file of this project is read and written by all that runs beside.
  beforeEach(() => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'safe-hot-own-')));
    const copy = path.join(folder, 'node_modules', 'safe-hot');
    fs.cpSync(path.join(ROOT, 'js'), path.join(copy, 'js'), { recursive: true });
    fs.copyFileSync(path.join(ROOT, 'package.json'), path.join(copy, 'package.json'));
    fs.writeFileSync(path.join(folder, 'package.json'), '{}');
    fs.writeFileSync(path.join(folder, 'count.js'), COUNT);
    fs.writeFileSync(path.join(folder, 'main.js'), PROGRAM);
  });

  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  /**
   * @param {string} entry
   * @returns {string[]} safe-hot's modules that were read from their files, by name
   */
  function start(entry = 'main.js') {
    const args = ['-r', './count.js', '-r', 'safe-hot/register', entry];
    // With one of these it is off. The first would be handed on, if it were not given.
    const env = { ...process.env, SAFE_HOT_REPORT: 'none', NODE_V8_COVERAGE: '' };
    delete env['NAPI_RS_NATIVE_LIBRARY_PATH'];
    const options = /** @type {const} */ ({ cwd: folder, encoding: 'utf8', env });
    const read = JSON.parse(execFileSync(process.execPath, args, options));
    // Node itself reads the first two.
    const names = read.map((/** @type {string} */ file) => path.basename(file));
    return names.filter((/** @type {string} */ name) => !/^(register|own-code.*)[.]js$/.test(name));
  }

  function cacheFile() {
    const cache = path.join(folder, 'node_modules', '.cache', 'safe-hot');
    // There are those of the program, too.
    const names = fs.readdirSync(cache).filter((each) => /^v.*[.]bin$/.test(each));
    const [name = '', ...others] = names;
    assert.deepEqual(others, []);
    return path.join(cache, name);
  }

  it('is read by the first start, and by later ones out of one file', () => {
    assert.ok(start().includes('engine.js'));
    const { ino } = fs.statSync(cacheFile());

    assert.deepEqual(start(), []);
    assert.equal(fs.statSync(cacheFile()).ino, ino, 'written again');
  });

  it('is kept with the functions of each kind of program', () => {
    const sizes = [];
    for (const name of ['main.js', 'main.mjs', 'main.js', 'main.mjs']) {
      if (name === 'main.mjs') fs.writeFileSync(path.join(folder, name), ES_PROGRAM);
      start(name);
      sizes.push(fs.statSync(cacheFile()).size);
    }
    const [first = 0, second = 0, ...others] = sizes;
    assert.ok(second > first, 'those of ES modules');
    assert.deepEqual(others, [second, second]);
  });

  it('is read again where a module is another one', () => {
    start();
    const clock = path.join(folder, 'node_modules', 'safe-hot', 'js', 'clock.js');
    const text = fs.readFileSync(clock, 'utf8');
    fs.writeFileSync(clock, text.replace('exports.nowMs = nowMs;', 'exports.nowMs = () => NaN;'));

    assert.deepEqual(start(), ['clock.js']);
    assert.deepEqual(start(), []);
  });

  it('is read again where what wrote the file is another one', () => {
    start();
    const own = path.join(folder, 'node_modules', 'safe-hot', 'js', 'own-code.js');
    fs.appendFileSync(own, '// Sources are kept in another way.\n');

    assert.ok(start().includes('engine.js'));
    assert.deepEqual(start(), []);
  });

  for (const [damage, make] of Object.entries(DAMAGES)) {
    it(`is read again where the file ${damage}`, () => {
      start();
      const file = cacheFile();
      fs.writeFileSync(file, make(fs.readFileSync(file)));

      assert.ok(start().includes('engine.js'));
      assert.deepEqual(start(), []);
    });
  }

  it('is read each time where nothing can be written', () => {
    fs.writeFileSync(path.join(folder, 'node_modules', '.cache'), '');

    assert.ok(start().includes('engine.js'));
    assert.ok(start().includes('engine.js'));
  });
});
