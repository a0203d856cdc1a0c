'use strict';

const assert = require('node:assert/strict');

const { NativeGraph, crashTest } = require('../../js/binding.js');

/** A graph of `/main → /a → /b`, where `/main` is the root. */
function chain() {
  const graph = new NativeGraph();
  const [main, a, b] = ['/main', '/a', '/b'].map((path) => graph.intern(path));
  graph.apply([
    { type: 'set', id: main, imports: [a], mentions: [] },
    { type: 'set', id: a, imports: [b], mentions: [] },
    { type: 'set', id: b, imports: [], mentions: [] },
    { type: 'root', id: main, root: true },
  ]);
  return { graph, main, a, b };
}

describe('binding: NativeGraph', () => {
  describe('intern()', () => {
    it('gives the same id for the same path', () => {
      const graph = new NativeGraph();

      const id = graph.intern('/päth/ø.js');

      assert.equal(graph.intern('/päth/ø.js'), id);
      assert.equal(graph.lookup('/päth/ø.js'), id);
      assert.equal(graph.path(id), '/päth/ø.js');
      assert.equal(graph.lookup('/elsewhere.js'), null);
      assert.equal(graph.size, 1);
      assert.equal(graph.revision, 0);
    });
  });

  describe('apply()', () => {
    it('keeps both directions of an edge and counts change sets', () => {
      const { graph, main, a, b } = chain();

      assert.equal(graph.apply([{ type: 'import', importer: main, imported: b }]), 2);

      assert.deepEqual(graph.imports(main), [a, b]);
      assert.deepEqual(graph.importers(b), [main, a]);
      assert.equal(graph.revision, 2);
    });

    it('throws a code and applies nothing for an unknown id', () => {
      const { graph, main } = chain();

      assert.throws(
        () =>
          graph.apply([
            { type: 'remove', id: main },
            { type: 'remove', id: 99 },
          ]),
        {
          code: 'ERR_SAFE_HOT_UNKNOWN_MODULE',
          message: 'No module has the id 99; the graph is unchanged',
        },
      );

      assert.equal(graph.revision, 1);
      assert.equal(graph.records()[main].loaded, true);
    });

    it('throws for a change of no known type', () => {
      assert.throws(
        () => chain().graph.apply([/** @type {any} */ ({ type: 'rename', id: 0 })]),
        Error,
      );
    });
  });

  describe('records()', () => {
    it('lists all that is kept of a module', () => {
      const { graph, main, a, b } = chain();
      graph.apply([
        { type: 'mention', id: b, mentioned: main },
        { type: 'hot', id: a, accepts: [b], selfAccepts: true, declines: [], selfDeclines: false },
      ]);

      assert.deepEqual(graph.records(), [
        {
          id: main,
          path: '/main',
          imports: [a],
          importers: [],
          mentions: [],
          accepts: [],
          selfAccepts: false,
          root: true,
          loaded: true,
        },
        {
          id: a,
          path: '/a',
          imports: [b],
          importers: [main],
          mentions: [],
          accepts: [b],
          selfAccepts: true,
          root: false,
          loaded: true,
        },
        {
          id: b,
          path: '/b',
          imports: [],
          importers: [a],
          mentions: [main],
          accepts: [],
          selfAccepts: false,
          root: false,
          loaded: true,
        },
      ]);
    });
  });

  describe('plan()', () => {
    it('is data with a reason for each module', () => {
      const { graph, main, a, b } = chain();

      const outcome = graph.plan({ changed: [b], unaccepted: 'reload' });

      assert.deepEqual(outcome, {
        type: 'planned',
        plan: {
          revision: 1,
          modules: [
            { id: b, reason: { type: 'changed' } },
            { id: a, reason: { type: 'imports', imported: b } },
            { id: main, reason: { type: 'imports', imported: a } },
          ],
          tops: [main],
          boundaries: [],
          deadEnds: [main],
          dropped: [],
          declined: [],
          chains: [[b, a, main]],
          disposeOrder: [main, a, b],
          verdict: 'reload',
        },
      });
    });

    it('names boundaries, declines and the verdict in kebab-case', () => {
      const { graph, main, a, b } = chain();
      const hot = {
        type: /** @type {const} */ ('hot'),
        accepts: [],
        declines: [],
        selfAccepts: false,
        selfDeclines: false,
      };
      const planned = (/** @type {any} */ request) => {
        const outcome = graph.plan({ unaccepted: 'restart', ...request });
        return outcome.type === 'planned' ? outcome.plan : assert.fail();
      };

      assert.equal(planned({ changed: [b] }).verdict, 'restart-required');
      assert.equal(planned({ changed: [b], unaccepted: 'ignore' }).verdict, 'ignored');
      assert.deepEqual(planned({ changed: [b], caller: a }).boundaries, [
        { id: a, via: b, kind: 'caller' },
      ]);
      graph.apply([{ ...hot, id: a, accepts: [b] }]);
      assert.deepEqual(planned({ changed: [b] }).boundaries, [{ id: a, via: b, kind: 'accepts' }]);
      graph.apply([{ ...hot, id: b, selfAccepts: true }]);
      assert.deepEqual(planned({ changed: [b] }).boundaries, [
        { id: b, via: b, kind: 'self-accepts' },
      ]);
      graph.apply([{ ...hot, id: main, declines: [a] }]);
      assert.deepEqual(planned({ changed: [a] }).declined, [{ id: a, by: main }]);
    });

    it('fails as data for an unknown id', () => {
      const { graph } = chain();

      assert.deepEqual(graph.plan({ changed: [99], unaccepted: 'reload' }), {
        type: 'failed',
        error: {
          code: 'ERR_SAFE_HOT_UNKNOWN_MODULE',
          message: 'No module has the id 99, so its change cannot be planned; nothing was changed',
        },
      });
    });
  });

  describe('orphanedBy() and unreachable()', () => {
    it('give what no root leads to any more', () => {
      const { graph, main, a, b } = chain();

      graph.apply([{ type: 'set', id: main, imports: [], mentions: [] }]);

      assert.deepEqual(graph.orphanedBy([a]), [a, b]);
      assert.deepEqual(graph.unreachable(), [a, b]);
      assert.deepEqual(graph.unreachable([b]), [a]);
    });
  });

  describe('orphanedOnce()', () => {
    it('gives what changes would leave without a root, and changes nothing', () => {
      const { graph, main, a, b } = chain();
      const { revision } = graph;

      const orphans = graph.orphanedOnce(
        [{ type: 'set', id: main, imports: [b], mentions: [] }],
        [a, b],
      );

      assert.deepEqual(orphans, [a]);
      assert.deepEqual(graph.unreachable(), []);
      assert.equal(graph.revision, revision);
    });
  });

  it('throws a code wherever an id is unknown', () => {
    const graph = new NativeGraph();
    const unknown = { code: 'ERR_SAFE_HOT_UNKNOWN_MODULE' };

    assert.throws(() => graph.path(0), unknown);
    assert.throws(() => graph.imports(0), unknown);
    assert.throws(() => graph.importers(0), unknown);
    assert.throws(() => graph.orphanedBy([0]), unknown);
    assert.throws(() => graph.orphanedOnce([], [0]), unknown);
  });
});

describe('binding: crashTest()', () => {
  it('throws what it panicked with, and the process goes on', () => {
    assert.throws(crashTest, {
      name: 'Error',
      code: 'GenericFailure',
      message: /crashTest\(\) was called/,
    });
  });
});
