'use strict';

/*
 * Apps as the starters of their frameworks lay them out, with no hot code: whatever is edited, they answer as a fresh
 * process of plain Node does on the same files, and no client notices.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { useApps } = require('../helpers/cli-app');
const {
  EXAMPLES,
  OPTIONS,
  PROBE_SIGNAL,
  copyExample,
  startCold,
} = require('../helpers/example-app');
const { useLoad } = require('../helpers/load');

const RELOADS = 20;
const CLIENTS = 4;
/** The edits after which all that was edited so far is compared with a cold start, which takes its time. */
const COMPARED = ['lazy', 'config'];
/** What clients ask all the while, and get. */
const PATHS = ['/', '/notes', '/notes/1', '/notes/export'];
/** What is compared with a cold start besides. */
const ODD_PATHS = ['/notes/9', '/notes/page', '/extra', '/nothing'];

/**
 * @typedef {[file: string, from: string, to: string]} Edit
 *
 * @typedef {object} Example
 * @property {string} name its folder
 * @property {string} entry
 * @property {string} [project] the tsconfig of its build
 * @property {Record<string, Edit>} edits by what they are
 * @property {[file: string, text: string]} [route] a file that its framework finds by itself, and answers `/extra`
 * @property {string} leaf
 * @property {string} [listensOn] as reports name it
 */

const CAPITAL = 'text.charAt(0).toUpperCase() + text.slice(1)';
const CONFIG = /** @type {Edit} */ (['config.json', '"Notes"', '"Other notes"']);

/** @type {Example[]} */
const EXAMPLE_APPS = [
  {
    name: 'nest',
    entry: 'src/main.ts',
    project: 'tsconfig.build.json',
    leaf: 'src/notes/title.ts',
    edits: {
      leaf: ['src/notes/title.ts', CAPITAL, 'text.toUpperCase()'],
      middle: ['src/notes/notes.service.ts', '({ id, title:', '({ id, long: true, title:'],
      lazy: ['src/notes/notes.export.ts', "'id,status,text'", "'ID,STATUS,TEXT'"],
      config: CONFIG,
      entry: [
        'src/main.ts',
        'app.enableShutdownHooks();',
        "app.use((req, res, next) => (res.setHeader('x-edit', 'entry'), next()));",
      ],
    },
  },
  {
    name: 'fastify',
    entry: 'src/server.ts',
    project: 'tsconfig.json',
    leaf: 'src/notes/title.ts',
    listensOn: 'localhost:0',
    edits: {
      leaf: ['src/notes/title.ts', CAPITAL, 'text.toUpperCase()'],
      middle: ['src/routes/notes/index.ts', '({ id, title:', '({ id, long: true, title:'],
      lazy: ['src/notes/export.ts', "'id,status,text'", "'ID,STATUS,TEXT'"],
      config: CONFIG,
      entry: [
        'src/server.ts',
        'closeWithGrace(',
        "app.addHook('onSend', async (_, reply) => void reply.header('x-edit', 'entry'));\ncloseWithGrace(",
      ],
    },
    route: [
      'src/routes/extra.ts',
      "import { type FastifyPluginAsync } from 'fastify';\n" +
        "export default (async (app) => void app.get('/extra', async () => 'more')) as FastifyPluginAsync;\n",
    ],
  },
  {
    name: 'hono',
    entry: 'src/index.ts',
    project: 'tsconfig.json',
    leaf: 'src/views/layout.tsx',
    edits: {
      leaf: [
        'src/views/layout.tsx',
        '<body>{children}</body>',
        '<body class="b">{children}</body>',
      ],
      middle: ['src/routes/notes.ts', '({ id, title:', '({ id, long: true, title:'],
      lazy: ['src/lib/export.ts', "'id,status,text'", "'ID,STATUS,TEXT'"],
      config: CONFIG,
      entry: [
        'src/index.ts',
        'app.use(countRequests);',
        "app.use(countRequests, async (c, next) => (await next(), c.header('x-edit', 'entry')));",
      ],
    },
  },
  {
    name: 'koa',
    entry: 'src/server.js',
    leaf: 'src/lib/title.js',
    edits: {
      leaf: ['src/lib/title.js', CAPITAL, 'text.toUpperCase()'],
      middle: ['src/routes/notes.js', '({ id, title:', '({ id, long: true, title:'],
      lazy: ['src/lib/export.js', "'id,status,text'", "'ID,STATUS,TEXT'"],
      config: CONFIG,
      entry: [
        'src/server.js',
        'const server',
        "app.middleware.unshift((ctx, next) => (ctx.set('x-edit', 'entry'), next()));\nconst server",
      ],
    },
  },
];

describe('the example apps', () => {
  for (const example of EXAMPLE_APPS) {
    describe(example.name, function () {
      this.timeout(240_000);
      const apps = useApps();
      const load = useLoad();

      before(function () {
        if (fs.existsSync(path.join(EXAMPLES, example.name, 'node_modules'))) return;
        console.log(`      skipped: npm ci in examples/${example.name} was not run`);
        this.skip();
      });

      async function start() {
        const folder = copyExample(example.name, apps.makeFolder({}));
        const app = apps.launch(folder, { entry: example.entry, ...OPTIONS });
        await app.serving();
        return { app, traffic: load.start(app.port, { clients: CLIENTS, paths: PATHS }) };
      }

      it('answers as a cold start does after every edit, and serves on after every broken one', async () => {
        const { app, traffic } = await start();
        const coldFolder = copyExample(example.name, apps.makeFolder({}));
        const compare = async () => {
          const cold = await startCold(apps, example, app.folder, coldFolder);
          const expected = await answers(cold);
          const seen = await answers(app);
          await cold.stop();
          assert.deepEqual(seen, expected);
        };

        let before = await answers(app);
        for (const [what, edit] of Object.entries(example.edits)) {
          app.edit(...edit);
          await committed(app);
          const after = await answers(app);
          assert.notDeepEqual(after, before, `the edit of the ${what} shows`);
          before = after;
          if (COMPARED.includes(what)) await compare();
        }
        if (example.route) {
          app.write(...example.route);
          await committed(app);
          assert.equal((await answers(app))['/extra'].body, 'more');
        }
        await breaks(app, example);
        await compare();

        assert.deepEqual((await traffic.stop()).failures, []);
      });

      it(`keeps its state and no old version over ${RELOADS} reloads`, async () => {
        const { app, traffic } = await start();
        const headers = { 'content-type': 'application/json' };
        const body = JSON.stringify({ text: 'posted before' });
        assert.equal((await app.fetch('/notes', { method: 'POST', headers, body })).status, 201);

        const text = app.read(example.leaf);
        for (let count = 1; count <= RELOADS; count += 1) {
          const file = count % 4 === 0 ? example.entry : example.leaf;
          app.write(file, file === example.leaf ? `${text}// ${count}\n` : `${app.read(file)}//\n`);
          const report = await committed(app);
          assert.deepEqual(report.handedOver, [example.listensOn ?? ':0']);
        }

        assert.deepEqual((await traffic.stop()).failures, []);
        assert.equal(JSON.parse(await app.get('/notes/3')).text, 'posted before');
        process.kill(app.pid, PROBE_SIGNAL);
        const { stale } = JSON.parse((await app.nextLine('holds ')).slice('holds '.length));
        assert.deepEqual(stale, []);
      });
    });
  }
});

/** @returns {Promise<Record<string, { status: number, body: string, edit?: string }>>} by path */
async function answers(app) {
  const all = {};
  for (const each of [...PATHS, ...ODD_PATHS]) {
    const { status, body, headers } = await app.fetch(each);
    all[each] = { status, body, ...(headers['x-edit'] && { edit: headers['x-edit'] }) };
  }
  return all;
}

async function committed(app) {
  const report = await app.nextReload();
  assert.equal(report.outcome, 'committed', JSON.stringify(report));
  return report;
}

/** Two saves that cannot serve, and what mends them. */
async function breaks(app, { leaf }) {
  const text = app.read(leaf);
  const before = await answers(app);
  const broken = [
    [`${text}export const = 1;\n`, 'refused'],
    [`${text}throw new Error('not today');\n`, 'rolled-back'],
  ];
  for (const [brokenText, outcome] of broken) {
    app.write(leaf, brokenText);
    const report = await app.nextReload();
    assert.equal(report.outcome, outcome, JSON.stringify(report));
    assert.deepEqual(await answers(app), before);
  }
  app.write(leaf, `${text}// mended\n`);
  await committed(app);
}
