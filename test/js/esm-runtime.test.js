'use strict';

/* What the ESM runtime does beyond the language: other modules in place of loaded ones, letting go of them, `require`. */

const assert = require('node:assert/strict');
const { inspect } = require('node:util');
const v8 = require('node:v8');
const vm = require('node:vm');
const { EsmHost } = require('../helpers/esm-host');
const { collect } = require('../helpers/gc');
const esm = require('../../js/runtime/esm');

/** @typedef {import('../../js/runtime/esm/module').EsModule} EsModule */

const ROUNDS = 300;

/** Modules by name, from their texts. */
class Graph extends EsmHost {
  /** @param {Record<string, string>} texts by name */
  constructor(texts) {
    super();
    for (const [name, text] of Object.entries(texts)) this.put(name, text);
  }

  /** A module, or a new version of one. @param {string} name @param {string} text */
  put(name, text) {
    return this.create(`file:///${name}.mjs`, text);
  }

  /** @param {string} name @returns {any} the namespace object */
  run(name) {
    const module = this.load(`file:///${name}.mjs`, {}, { url: '' });
    this.evaluate(module);
    return esm.namespaceOf(module);
  }

  /** @param {any} module @returns {any} the same module */
  evaluate(module) {
    esm.loadRequestedSync(module);
    esm.link(module);
    esm.evaluateSync(module);
    return module;
  }

  /** @param {string} name */
  module(name) {
    return /** @type {EsModule} */ (this.load(`file:///${name}.mjs`, {}, { url: '' }));
  }

  /**
   * What a reload does: evaluates new texts and gives them to all importers.
   *
   * @param {Record<string, string>} texts
   * @returns {EsModule[]} the stale modules
   */
  reload(texts) {
    const stale = Object.keys(texts).map((name) => this.module(name));
    const fresh = Object.entries(texts).map(([name, text]) => this.put(name, text));
    for (const each of fresh) this.evaluate(each);
    const moves = stale.flatMap((from, index) =>
      [...from.importers].flatMap((importer) =>
        stale.includes(importer) ? [] : [{ importer, from, to: /** @type {any} */ (fresh[index]) }],
      ),
    );
    esm.prepareRepoint(moves)();
    for (const each of stale) esm.unlink(each);
    return stale;
  }
}

/**
 * Some garbage is collected on the way, as in a process that runs.
 *
 * @param {(round: number) => (WeakRef<object> | null)[]} reload gives the tokens of what has become stale
 */
async function repeat(reload) {
  const tokens = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    tokens.push(...reload(round));
    if (round % 30 === 0) await collect(() => true);
  }
  return tokens;
}

/** @param {(WeakRef<object> | null)[]} tokens */
async function countAlive(tokens) {
  const alive = () => tokens.filter((token) => token === null || token.deref()).length;
  await collect(() => alive() === 0);
  return alive();
}

describe('the ESM runtime', () => {
  describe('namespaceOf()', () => {
    it('gives an object that can be looked at', () => {
      const graph = new Graph({ main: `export let a = 1; export default 'd';` });

      assert.match(inspect(graph.run('main')), /\[Module\] \{ a: 1, default: 'd' \}/);
    });

    it('gives the object that a module was given with', () => {
      const given = { a: 1 };
      const module = esm.createSynthetic('node:x', ['a'], (set) => set('a', 1), given);

      assert.equal(esm.namespaceOf(module), given);
    });
  });

  describe('createSynthetic()', () => {
    it('makes a module whose exports can be set later', () => {
      const graph = new Graph({
        main: `import { a } from './x.mjs'; import * as ns from './x.mjs'; export const seen = () => [a, ns.a];`,
      });
      const module = esm.createSynthetic('file:///x.mjs', ['a'], (set) => set('a', 1));
      const load = graph.load.bind(graph);
      graph.load = /** @type {any} */ (
        (/** @type {string} */ name, /** @type {any} */ ...rest) =>
          name === './x.mjs' ? module : load(name, ...rest)
      );
      const main = graph.run('main');
      const before = main.seen();

      module.set('a', 2);

      assert.deepEqual(before, [1, 1]);
      assert.deepEqual(main.seen(), [2, 2]);
      assert.throws(() => module.set('b', 1), ReferenceError);
    });
  });

  describe('prepareRepoint()', () => {
    it('gives importers the new values at once, and live ones from then on', () => {
      const graph = new Graph({
        main: `import d, { v, set as put } from './x.mjs'; export const seen = () => [d, v]; export { put };`,
        x: `export let v = 1; export const set = (n) => { v = n; }; export default 'd1';`,
      });
      const main = graph.run('main');
      const { put: putOld } = main;

      graph.reload({
        x: `export let v = 10; export const set = (n) => { v = n; }; export default 'd2';`,
      });
      const afterReload = main.seen();
      main.put(11);
      putOld(5);

      assert.deepEqual(afterReload, ['d2', 10]);
      assert.deepEqual(main.seen(), ['d2', 11]);
    });

    it('gives namespace imports the new namespace object', () => {
      const graph = new Graph({
        main: `import * as x from './x.mjs'; export const keys = () => Object.keys(x);`,
        x: `export const a = 1;`,
      });
      const main = graph.run('main');

      graph.reload({ x: `export const b = 2;` });

      assert.deepEqual(main.keys(), ['b']);
    });

    it('reaches importers of re-exports, by name and by star', () => {
      const graph = new Graph({
        main: `import { c } from './named.mjs'; import { a } from './star.mjs'; export const seen = () => [a, c];`,
        named: `export { b as c } from './middle.mjs';`,
        middle: `import { a as b } from './x.mjs'; export { b };`,
        star: `export * from './star2.mjs';`,
        star2: `export * from './x.mjs';`,
        x: `export let a = 1; export const set = (n) => { a = n; };`,
      });
      const main = graph.run('main');

      graph.reload({ x: `export let a = 2; export const set = (n) => { a = n; };` });
      const afterReload = main.seen();
      graph.run('x').set(3);

      assert.deepEqual(afterReload, [2, 2]);
      assert.deepEqual(main.seen(), [3, 3]);
    });

    it('keeps the namespace object of a re-exporting module whose names stay', () => {
      const graph = new Graph({
        main: `import * as y from './y.mjs'; export const ns = () => y;`,
        y: `export * from './x.mjs'; export const own = 'own';`,
        x: `export const a = 1;`,
      });
      const { ns } = graph.run('main');
      const before = ns();

      graph.reload({ x: `export const a = 2;` });

      assert.equal(ns(), before);
      assert.equal(before.a, 2);
    });

    it('makes another where they change; the one before has what there still is', () => {
      const graph = new Graph({
        main: `import * as y from './y.mjs'; import * as z from './z.mjs'; export const ns = () => [y, z];`,
        z: `export * as y from './y.mjs';`,
        y: `export * from './x.mjs';`,
        x: `export const a = 1, b = 1;`,
      });
      const { ns } = graph.run('main');
      const [before] = ns();

      graph.reload({ x: `export const a = 2, c = 2;` });
      graph.reload({ x: `export const a = 3, c = 3;` });
      const [y, z] = ns();

      assert.deepEqual(Object.entries(y), [
        ['a', 3],
        ['c', 3],
      ]);
      assert.equal(z.y, y);
      assert.deepEqual(Object.entries(before), [
        ['a', 3],
        ['b', undefined],
      ]);
    });

    for (const [what, texts, change, message] of /** @type {const} */ ([
      [
        'an export is gone',
        {
          main: `import { a, b } from './x.mjs'; export const seen = () => [a, b];`,
          x: `export const a = 1, b = 1;`,
        },
        { x: `export const a = 2;` },
        "The requested module './x.mjs' does not provide an export named 'b'",
      ],
      [
        'an export is gone that is re-exported',
        {
          main: `import { b, a } from './y.mjs'; export const seen = () => [a, b];`,
          y: `export * from './x.mjs';`,
          x: `export const a = 1, b = 1;`,
        },
        { x: `export const a = 2;` },
        "The requested module './y.mjs' does not provide an export named 'b'",
      ],
      [
        'an export of two is gone that are replaced at once',
        {
          main: `import { a } from './x.mjs'; import { b } from './y.mjs'; export const seen = () => [a, b];`,
          x: `export const a = 1;`,
          y: `export const b = 1;`,
        },
        { x: `export const a = 2;`, y: '' },
        "The requested module './y.mjs' does not provide an export named 'b'",
      ],
      [
        'two stars come into conflict',
        {
          main: `import { a } from './y.mjs'; import { b } from './y.mjs'; export const seen = () => [a, b];`,
          y: `export * from './x.mjs'; export * from './w.mjs';`,
          x: `export const a = 1;`,
          w: `export const b = 1;`,
        },
        { x: `export const a = 2, b = 2;` },
        "The requested module './y.mjs' contains conflicting star exports for name 'b'",
      ],
    ])) {
      it(`changes nothing if ${what}`, () => {
        const graph = new Graph(texts);
        const main = graph.run('main');

        assert.throws(() => graph.reload(change), { name: 'SyntaxError', message });
        assert.deepEqual(main.seen(), [1, 1]);
      });
    }

    it('lets a module come in place of one of another kind', () => {
      const graph = new Graph({
        main: `import v, { sep } from 'node:path'; export const seen = () => [v.own, sep];`,
      });
      const main = graph.run('main');
      const [from] = graph.module('main').dependencies;
      const to = graph.evaluate(
        graph.put('path', `export default { own: 1 }; export const sep = '|';`),
      );

      esm.prepareRepoint([
        { importer: graph.module('main'), from: /** @type {any} */ (from), to },
      ])();

      assert.deepEqual(main.seen(), [1, '|']);
    });

    it('works on a module that has not been evaluated yet', () => {
      const graph = new Graph({
        main: `import { v } from './x.mjs'; export const seen = v;`,
        x: `export const v = 1;`,
      });
      esm.loadRequestedSync(graph.module('main'));
      esm.link(graph.module('main'));

      graph.reload({ x: `export const v = 2;` });

      assert.equal(graph.run('main').seen, 2);
    });

    it('gives a value to an import that had none because its module threw', async () => {
      const graph = new Graph({
        main: `import './a.mjs'; export let never;`,
        a: `import './b.mjs'; throw new Error('a'); export let v = 1;`,
        b: `import { v } from './a.mjs'; globalThis.seenByB = () => v;`,
      });
      assert.throws(() => graph.run('main'), { message: 'a' });
      const { seenByB } = /** @type {any} */ (globalThis);
      assert.throws(seenByB, { message: "Cannot access 'v' before initialization" });
      const from = graph.module('a');
      const to = graph.evaluate(graph.put('a', `export let v = 2;`));

      esm.prepareRepoint([{ importer: graph.module('b'), from, to }])();

      assert.equal(seenByB(), 2);
    });
  });

  describe('unlink()', () => {
    it('leaves code that still runs its live bindings', () => {
      const graph = new Graph({
        main: `import { seen } from './x.mjs'; export const now = () => seen;`,
        x: `import { n } from './state.mjs'; import * as ns from './state.mjs'; export const seen = () => [n, ns.n];`,
        state: `export let n = 0; export const inc = () => { n += 1; };`,
      });
      const main = graph.run('main');
      const ofTheOld = main.now();

      graph.reload({ x: `export const seen = () => 'new';` });
      graph.run('state').inc();

      assert.deepEqual(ofTheOld(), [1, 1]);
      assert.equal(main.now()(), 'new');
    });
  });

  describe('lets go of stale modules', () => {
    before(() => {
      v8.setFlagsFromString('--expose-gc');
      /** @type {any} */ (globalThis).gc ??= vm.runInNewContext('gc');
    });

    /**
     * Each is reloaded again and again; a number that differs each time stands for `ROUND`.
     *
     * @type {Record<string, { texts: Record<string, string>, reloaded: string[] }>}
     */
    const SHAPES = {
      'that a module imports': {
        texts: {
          main: `import { f, n } from './x.mjs'; import * as ns from './x.mjs'; export const run = () => [f(), n, ns.f()];`,
          x: `export let n = ROUND; const big = []; export function f() { return [big, n++]; }`,
        },
        reloaded: ['x'],
      },
      'that import what stays': {
        texts: {
          main: `import { f } from './x.mjs'; export const run = () => f();`,
          x: `import { n, inc } from './state.mjs'; import * as ns from './state.mjs'; export * from './state.mjs'; export const f = () => [inc(), n, ns.n, ROUND];`,
          state: `export let n = 0; export const inc = () => ++n;`,
        },
        reloaded: ['x'],
      },
      'that are re-exported': {
        texts: {
          main: `import { f } from './y.mjs'; import * as y from './y.mjs'; export const run = () => [f(), y.f(), y.ns.f()];`,
          y: `export * from './z.mjs'; export * as ns from './x.mjs';`,
          z: `export { f } from './x.mjs';`,
          x: `const n = ROUND; export const f = () => n;`,
        },
        reloaded: ['x'],
      },
      'whose names change': {
        texts: {
          main: `import * as y from './y.mjs'; const held = [y]; export const run = () => [held.length, Object.keys(y)];`,
          y: `export * from './x.mjs';`,
          x: `export const nROUND = () => ROUND; export default class {}`,
        },
        reloaded: ['x'],
      },
      'in a cycle that is reloaded': {
        texts: {
          main: `import { a } from './a.mjs'; export const run = () => a();`,
          a: `import { b } from './b.mjs'; export const a = () => [b, ROUND];`,
          b: `import { a } from './a.mjs'; import * as ns from './a.mjs'; export const b = () => [a, ns];`,
        },
        reloaded: ['a', 'b'],
      },
      'in a cycle with what stays': {
        texts: {
          main: `import { a } from './a.mjs'; export const run = () => a();`,
          a: `import { b } from './b.mjs'; export const a = () => [b(), ROUND];`,
          b: `import { a } from './a.mjs'; import * as ns from './a.mjs'; export const b = () => [typeof a, typeof ns.a];`,
        },
        reloaded: ['a'],
      },
      'that a dynamic import and import.meta lead from': {
        texts: {
          main: `import { f } from './x.mjs'; export const run = () => f();`,
          x: `export const f = () => [import.meta.url, import('./state.mjs').then(() => ROUND)];`,
          state: '',
        },
        reloaded: ['x'],
      },
    };

    for (const [shape, { texts, reloaded }] of Object.entries(SHAPES)) {
      it(`${shape}: ${ROUNDS} versions, none alive`, async () => {
        const inRound = (/** @type {number} */ round, /** @type {string[]} */ names) =>
          Object.fromEntries(
            names.map((name) => [name, String(texts[name]).replaceAll('ROUND', String(round))]),
          );
        const graph = new Graph(inRound(0, Object.keys(texts)));
        const main = graph.run('main');

        const tokens = await repeat((round) => {
          main.run();
          return graph.reload(inRound(round, reloaded)).map(({ token }) => token);
        });
        main.run();

        assert.equal(tokens.length, ROUNDS * reloaded.length);
        assert.equal(await countAlive(tokens), 0);
        const links = Object.keys(texts).map((name) => graph.module(name).environment.linkCount);
        assert.ok(Math.max(...links) <= 200, String(links));
      });
    }

    it(`that failed, never evaluated, or evaluate late: ${ROUNDS} versions, none alive`, async () => {
      const graph = new Graph({ state: `export let n = 0; export const inc = () => ++n;` });
      graph.run('state');

      const tokens = await repeat((round) => {
        const failing = graph.put(
          'x',
          `import { n } from './state.mjs'; throw new Error(n + '${round}');`,
        );
        assert.throws(() => graph.run('x'), { message: `0${round}` });
        esm.unlink(failing);
        const waiting = graph.put(
          'y',
          `import { n } from './state.mjs'; await new Promise(() => {}); export { n };`,
        );
        esm.loadRequestedSync(waiting);
        esm.link(waiting);
        esm.evaluate(waiting);
        esm.unlink(waiting);
        const late = graph.put('w', `export * from './state.mjs'; await null;`);
        const later = graph.put(
          'z',
          `import * as w from './w.mjs'; import { n } from './state.mjs'; export { n, w };`,
        );
        esm.loadRequestedSync(later);
        esm.link(later);
        esm.evaluate(later);
        for (const each of [late, later]) esm.unlink(each);
        return [failing.token, waiting.token, late.token, new WeakRef(later)];
      });
      for (const name of ['w', 'x', 'y', 'z']) graph.put(name, '');

      assert.equal(await countAlive(tokens), 0);
      assert.equal(graph.module('state').importers.size, 0);
    });
  });

  describe('evaluateSync()', () => {
    it('refuses a graph with top-level await, and evaluates nothing of it', async () => {
      const graph = new Graph({
        main: `import './x.mjs'; globalThis.ran = true;`,
        x: `globalThis.ran = true; await 0;`,
      });

      assert.throws(() => graph.run('main'), { code: 'ERR_REQUIRE_ASYNC_MODULE' });
      assert.equal('ran' in globalThis, false);
      await graph.import('file:///main.mjs');
      assert.equal(Reflect.deleteProperty(globalThis, 'ran'), true);
      assert.deepEqual(Object.keys(graph.run('main')), []);
    });

    it('refuses a graph that is waiting', async () => {
      const graph = new Graph({ main: `import './x.mjs';`, x: `await 0;` });
      const imported = graph.import('file:///x.mjs');
      await null;

      assert.throws(() => graph.run('main'), { code: 'ERR_REQUIRE_ASYNC_MODULE' });
      await imported;
      graph.run('main');
    });

    it('refuses what is being evaluated, which can go on', () => {
      const graph = new Graph({
        main: `import './x.mjs'; export const v = 1;`,
        x: `try { globalThis.requireMain(); } catch (error) { globalThis.code = error.code; } export const w = 2;`,
        y: `import './main.mjs';`,
      });
      const globals = /** @type {any} */ (globalThis);
      globals.requireMain = () => graph.run('y');

      const main = graph.run('main');

      assert.equal(globals.code, 'ERR_REQUIRE_CYCLE_MODULE');
      assert.equal(main.v, 1);
      graph.run('y');
      delete globals.requireMain;
      delete globals.code;
    });
  });

  describe('loadRequestedSync()', () => {
    it('refuses what the host can only load later', () => {
      const graph = new Graph({ main: `import './x.mjs';` });
      const main = graph.module('main');
      graph.load = /** @type {any} */ (() => Promise.resolve());

      assert.throws(() => esm.loadRequestedSync(main), { code: 'ERR_REQUIRE_ASYNC_MODULE' });
    });
  });

  describe('link()', () => {
    it('can be tried again once what was missing is there', () => {
      const graph = new Graph({ main: `import { v } from './x.mjs'; export { v };`, x: `` });
      assert.throws(() => graph.run('main'), SyntaxError);
      graph.put('x', `export const v = 1;`);

      const again = graph.put('main', `import { v } from './x.mjs'; export { v };`);

      assert.equal(/** @type {any} */ (esm.namespaceOf(graph.evaluate(again))).v, 1);
    });

    it('says in which line an import cannot be resolved', () => {
      const graph = new Graph({ main: `\n\nimport { v } from './x.mjs';`, x: `` });

      assert.throws(
        () => graph.run('main'),
        ({ stack }) => stack.startsWith('file:///main.mjs:3\n'),
      );
    });
  });

  describe('a host', () => {
    it('gives variables, which a module may declare itself', () => {
      const graph = Object.assign(
        new Graph({
          main: `import { b } from './x.mjs'; let c = 3; export const seen = () => [a, b, c];`,
          x: `export const b = 2;`,
        }),
        { variables: () => ({ a: 'a', b: 'b', c: 'c' }) },
      );

      assert.deepEqual(graph.run('main').seen(), ['a', 2, 3]);
    });

    it('stands around what a module executes', async () => {
      /** @type {string[]} */
      const executed = [];
      const graph = Object.assign(
        new Graph({
          main: `import './a.mjs'; import './b.mjs';`,
          a: `import './b.mjs';`,
          b: `import './a.mjs'; await 0;`,
        }),
        {
          execute(/** @type {EsModule} */ { url }, /** @type {() => unknown} */ body) {
            executed.push(url);
            return body();
          },
        },
      );

      await graph.import('file:///main.mjs');

      assert.deepEqual(executed, ['file:///b.mjs', 'file:///a.mjs', 'file:///main.mjs']);
    });
  });

  describe('an error', () => {
    it('points at the line and column of the source', () => {
      const graph = new Graph({
        main: `import { f } from './x.mjs';\n  f();`,
        x: `export let a = 1;\nexport function f() { throw new Error('here'); }`,
      });

      assert.throws(
        () => graph.run('main'),
        ({ stack }) =>
          stack.includes('f (file:///x.mjs:2:29)') && stack.includes('file:///main.mjs:2:3'),
      );
    });
  });
});
