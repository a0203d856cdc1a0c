'use strict';

/**
 * Leaks, planted: in each an old version of `leaky.js` is held, and `expected` says who is to be named. `start`, which the
 * program calls of each version as it serves, belongs to no version, so nothing is disposed for it.
 *
 * @type {Record<string, { files: Record<string, string>, kind: string, file?: string, text: RegExp }>}
 */
const LEAKS = {
  'a closure in an array of another module': {
    files: {
      'holder.js': 'const list = [];\nexports.add = (value) => list.push(value);\n',
      'leaky.js': "require('./holder').add(() => 1);\n",
    },
    kind: 'collection',
    file: 'holder.js',
    text: /^a function \(.*leaky\.js:1\) is `list\[0\]` of .*holder\.js:1$/,
  },
  'a key of a Map': {
    files: {
      'holder.js': 'const table = new Map();\nexports.add = (key) => table.set(key, 1);\n',
      'leaky.js': "require('./holder').add(function run() {});\n",
    },
    kind: 'collection',
    file: 'holder.js',
    text: /^function run \(.*leaky\.js:1\) is in `table` of .*holder\.js:1$/,
  },
  'a value of a Map': {
    files: {
      'holder.js':
        'const table = new Map();\nexports.add = (value) => table.set(table.size, value);\n',
      'leaky.js': "require('./holder').add(() => 1);\n",
    },
    kind: 'collection',
    file: 'holder.js',
    text: /is in `table` of .*holder\.js:1$/,
  },
  'a value of a WeakMap whose key lives': {
    files: {
      'holder.js':
        'const key = {};\nconst secrets = new WeakMap();\nexports.add = (value) => secrets.has(key) || secrets.set(key, value);\n',
      'leaky.js': "require('./holder').add(() => 1);\n",
    },
    kind: 'weak-map',
    file: 'holder.js',
    text: /is the value of a WeakMap whose key is `key` of .*holder\.js:1$/,
  },
  'a listener on a shared emitter': {
    files: {
      'holder.js':
        "const bus = new (require('node:events'))();\nexports.on = (f) => bus.on('message', f);\n",
      'leaky.js':
        "const { on } = require('./holder');\nexports.start = () => on(function onMessage() {});\n",
    },
    kind: 'listener',
    file: 'holder.js',
    text: /^function onMessage \(.*leaky\.js:2\) is a listener of 'message' on `bus` of .*holder\.js:1$/,
  },
  'a listener on the process': {
    files: {
      'node_modules/relay/index.js': "exports.listen = (f) => process.on('planted', f);\n",
      'leaky.js': "const { listen } = require('relay');\nexports.start = () => listen(() => 1);\n",
    },
    kind: 'listener',
    text: /^a function \(.*leaky\.js:2\) is a listener of 'planted' on `.*process`/,
  },
  'a listener on an AbortSignal': {
    files: {
      'holder.js':
        'const controller = new AbortController();\nexports.signal = () => controller.signal;\n',
      'leaky.js':
        "const { signal } = require('./holder');\nexports.start = () => signal().addEventListener('abort', () => {});\n",
    },
    kind: 'listener',
    file: 'holder.js',
    text: /is an event listener of `controller/,
  },
  'an interval that a cold package made': {
    files: {
      'node_modules/ticker/index.js': 'exports.every = (f) => void setInterval(f, 1e8).unref();\n',
      'leaky.js':
        "const { every } = require('ticker');\nexports.start = () => every(function tick() {});\n",
    },
    kind: 'timer',
    text: /^function tick \(.*leaky\.js:2\) is the callback of a timer$/,
  },
  'a promise that never settles': {
    files: {
      'holder.js':
        'const never = new Promise(() => {});\nexports.then = (f) => void never.then(f);\n',
      'leaky.js': "require('./holder').then(() => 1);\n",
    },
    kind: 'promise',
    file: 'holder.js',
    text: /waits for the promise `never` of .*holder\.js:1$/,
  },
  'a bound function': {
    files: {
      'holder.js': 'const jobs = new Set();\nexports.add = (job) => jobs.add(job);\n',
      'leaky.js': "function job() {}\nrequire('./holder').add(job.bind(null, 1));\n",
    },
    kind: 'bound',
    file: 'holder.js',
    text: /^function job \(.*leaky\.js:1\) is bound by a function in `jobs` of .*holder\.js:1$/,
  },
  'an instance of a class': {
    files: {
      'holder.js': 'const plugins = [];\nexports.add = (plugin) => plugins.push(plugin);\n',
      'leaky.js': "class Plugin { run() {} }\nrequire('./holder').add(new Plugin());\n",
    },
    kind: 'instance',
    file: 'holder.js',
    text: /^an instance of Plugin is `plugins\[0\]` of .*holder\.js:1$/,
  },
  'a chain of prototypes': {
    files: {
      'holder.js': 'const derived = [];\nexports.add = (value) => derived.push(value);\n',
      'leaky.js': "const base = { run() {} };\nrequire('./holder').add(Object.create(base));\n",
    },
    kind: 'instance',
    file: 'holder.js',
    text: /is `derived\[0\]` of .*holder\.js:1$/,
  },
  'an error': {
    files: {
      'holder.js': 'const errors = [];\nexports.add = (error) => errors.push(error);\n',
      'leaky.js': "class Failure extends Error {}\nrequire('./holder').add(new Failure('no'));\n",
    },
    kind: 'instance',
    file: 'holder.js',
    text: /^an instance of Failure is `errors\[0\]` of .*holder\.js:1$/,
  },
  'a global': {
    files: { 'leaky.js': 'globalThis.plantedCache ??= { get() {} };\n' },
    kind: 'global',
    text: /^function get \(.*leaky\.js:1\) is `globalThis\.plantedCache\.get`$/,
  },
  'a global by a registered symbol': {
    files: { 'leaky.js': "globalThis[Symbol.for('planted')] ??= () => 1;\n" },
    kind: 'global',
    text: /is `globalThis\[Symbol\(planted\)\]`$/,
  },
  'a generator that is suspended for good': {
    files: {
      'holder.js': 'const running = [];\nexports.add = (generator) => running.push(generator);\n',
      'leaky.js':
        "function* loop() { yield 1; }\nconst generator = loop();\ngenerator.next();\nrequire('./holder').add(generator);\n",
    },
    kind: 'instance',
    file: 'holder.js',
    text: /is `running\[0\]` of .*holder\.js:1$/,
  },
  'what a cold package got from require': {
    files: {
      'node_modules/loader/index.js':
        'const cache = new Map();\nexports.add = (name, value) => cache.has(name) || cache.set(name, value);\n',
      'leaky.js': "module.exports = () => 1;\nrequire('loader').add('leaky', module.exports);\n",
    },
    kind: 'collection',
    file: 'node_modules/loader/index.js',
    text: /is in `cache` of .*node_modules\/loader\/index\.js:1$/,
  },
  'a message handler that a cold package added': {
    files: {
      'node_modules/channel/index.js':
        "const { port1 } = new MessageChannel();\nexports.listen = (f) => { port1.on('message', f); port1.unref(); };\n",
      'leaky.js':
        "const { listen } = require('channel');\nexports.start = () => listen(function onMessage() {});\n",
    },
    kind: 'listener',
    text: /^function onMessage \(.*leaky\.js:2\) is an event listener of `(port1|MessagePort)/,
  },
  'a message handler of a worker': {
    files: {
      'node_modules/pool/index.js':
        "const { Worker } = require('node:worker_threads');\nconst worker = new Worker('setInterval(() => {}, 1e6)', { eval: true });\nworker.unref();\nexports.listen = (f) => worker.on('message', f);\n",
      'leaky.js':
        "const { listen } = require('pool');\nexports.start = () => listen(function onMessage() {});\n",
    },
    kind: 'listener',
    text: /^function onMessage \(.*leaky\.js:2\) is a listener of 'message' on `[wW]orker`/,
  },
  'the store of an async context': {
    files: {
      'node_modules/jobs/index.js':
        "const { AsyncLocalStorage } = require('node:async_hooks');\nconst storage = new AsyncLocalStorage();\nexports.run = (store) => storage.run(store, () => void setInterval(() => {}, 1e8).unref());\n",
      'leaky.js':
        "const { run } = require('jobs');\nexports.start = () => run({ user() { return 1; } });\n",
    },
    kind: 'async-context',
    text: /^function user \(.*leaky\.js:2\) is `store\.user` of an AsyncLocalStorage, kept by Timeout$/,
  },
  'what a FinalizationRegistry hands on': {
    files: {
      'holder.js':
        'const object = {};\nconst registry = new FinalizationRegistry(() => {});\nexports.add = (value) => registry.register(object, value);\nexports.object = object;\n',
      'leaky.js': "require('./holder').add(() => 1);\n",
    },
    kind: 'finalization',
    file: 'holder.js',
    text: /is what the FinalizationRegistry `registry` hands on of .*holder\.js:2$/,
  },
  'a pipeline that is not awaited': {
    files: {
      'holder.js':
        "const { PassThrough } = require('node:stream');\nconst source = new PassThrough();\nexports.source = source;\n",
      'leaky.js':
        "const { pipeline, PassThrough } = require('node:stream');\nconst { source } = require('./holder');\nexports.start = () => void pipeline(source, new PassThrough(), function done() {});\n",
    },
    kind: 'listener',
    file: 'holder.js',
    text: /^function done \(.*leaky\.js:3\) is a listener of '\w+' on `(exports\.)?source` of .*holder\.js/,
  },
};

exports.LEAKS = LEAKS;
