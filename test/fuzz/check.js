'use strict';

/**
 * Runs a case and tells the first thing that is wrong: after each edit the running app shows what a fresh process on the
 * same files does, or, where that cannot start, what it showed before.
 */

const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { isDeepStrictEqual } = require('node:util');
const { Child } = require('./child');
const { edited, leadsTo } = require('./model');
const { fileOf, render } = require('./render');

/**
 * @typedef {import('./model').Model} Model
 * @typedef {import('./generate').Case} Case
 *
 * @typedef {{ isWhole: true, modules: Record<string, any>, hasLateErrors: boolean, loaded: string[], mixed: string[] }} Whole
 * @typedef {Whole | { isWhole: false, error: string }} Fresh what a fresh process shows
 *
 * @typedef {object} Failure
 * @property {number} step the number of the edit, 0 for the start
 * @property {string} what the claim that does not hold
 * @property {unknown} detail
 */

const KIT = path.join(__dirname, 'kit.cjs');
const GC = path.join(__dirname, '..', 'helpers', 'gc.js');
const HOT_SIDE = path.join(__dirname, 'hot-side.js');
const REFERENCE_SIDE = path.join(__dirname, 'reference-side.js');

/** How many apps a process of the reference has seen before another one takes over: Node keeps all of them. */
const MOST_LOADED = 3_000;
/** After how many edits all garbage is collected, which takes long. */
const EDITS_A_COLLECTION = 8;
/** How long a server may take to close, or a watcher to tell. */
const PATIENCE_MS = 6_000;

const TAKEN = ['committed', 'unchanged'];

/** How long nothing is told of an edit that the app does not see. */
const QUIET_MS = 400;

/** How long a stage waits for a server that the new code does not have, and a stale one for its clients. */
const SETTLE_MS = 500;

/** Plain Node fails by a bug of its own, as some lines do where `require` of an ES module fails twice. */
const NODES_OWN = /ERR_INTERNAL_ASSERTION/;

class NodeFailure extends Error {}

class Broken extends Error {
  /** @param {string} what @param {unknown} [detail] */
  constructor(what, detail) {
    super(what);
    this.detail = detail;
  }
}

/** Plain Node, asked what apps show. */
class Reference {
  #folder;
  #count = 0;
  #loaded = 0;
  /** @type {Child | undefined} */
  #child;

  /** @param {string} folder empty */
  constructor(folder) {
    this.#folder = folder;
  }

  /** @param {Model} model @returns {Promise<Fresh>} */
  async shown(model) {
    const files = render(model, { typed: false }).set('kit.cjs', fs.readFileSync(KIT, 'utf8'));
    const [main] = model.modules;
    const { answer, ...rest } = await this.answer(
      files,
      fileOf(/** @type {any} */ (main), { typed: false }),
    );
    return rest.isWhole ? { ...rest, ...answer } : rest;
  }

  /**
   * What an app answers, in a folder of its own.
   *
   * @param {Map<string, string>} files
   * @param {string} main
   * @returns {Promise<any>}
   */
  async answer(files, main) {
    if (this.#loaded > MOST_LOADED) await this.end();
    this.#child ??= new Child(REFERENCE_SIDE);
    this.#loaded += files.size;
    this.#count += 1;
    const root = path.join(this.#folder, String(this.#count));
    write(root, files);
    try {
      const answer = await this.#child.ask({ entry: path.join(root, main) });
      if (!NODES_OWN.test(JSON.stringify(answer))) return answer;
    } catch {
      await this.end();
    } finally {
      fs.rmSync(root, { recursive: true });
    }
    throw new NodeFailure();
  }

  async end() {
    await this.#child?.end();
    this.#child = undefined;
    this.#loaded = 0;
  }
}

/**
 * An app under safe-hot, which is asked over IPC; see `hot-side.js`.
 *
 * @param {string} root an empty folder
 * @param {Map<string, string>} files
 * @param {{ main: string, watches: boolean, safeHot: string }} how
 * @returns {Child}
 */
function startApp(root, files, { main, watches, safeHot }) {
  const options = { exclude: ['kit.cjs'], settleTimeoutMs: SETTLE_MS, graceMs: SETTLE_MS };
  write(root, [
    ['package.json', JSON.stringify({ name: 'app', 'safe-hot': options })],
    ...files,
    ['node_modules/hot-side/index.js', fs.readFileSync(HOT_SIDE, 'utf8')],
    ['node_modules/hot-side/gc.js', fs.readFileSync(GC, 'utf8')],
  ]);
  // Node 20 takes TypeScript for a program only where something was imported before.
  const how = /\.[mc]?ts$/.test(main) ? '--import' : '-r';
  return new Child(path.join(root, main), {
    cwd: root,
    nodeArgs: [
      ...(watches ? [how, path.join(safeHot, 'js', 'hooks', 'register.js')] : []),
      how,
      path.join(root, 'node_modules', 'hot-side', 'index.js'),
    ],
    env: {
      FUZZ_PACKAGE: safeHot,
      ...(watches ? { FUZZ_WATCHES: '1', SAFE_HOT_REPORT: 'none' } : {}),
    },
  });
}

/** @param {string} root @param {Iterable<[string, string]>} files */
function write(root, files) {
  const folders = new Set();
  for (const [name, text] of files) {
    const file = path.join(root, name);
    const folder = path.dirname(file);
    if (!folders.has(folder)) fs.mkdirSync(folder, { recursive: true });
    folders.add(folder);
    fs.writeFileSync(file, text);
  }
}

/**
 * @typedef {object} Bench what cases are run with
 * @property {Reference} reference
 * @property {string} folder for apps
 * @property {string} safeHot the package under test
 *
 * @param {Case} given
 * @param {Bench} bench
 * @returns {Promise<{ edits: number, failure: Failure | null, isSkipped: boolean }>} skipped if it cannot start
 */
async function runCase(given, bench) {
  const root = fs.mkdtempSync(path.join(bench.folder, 'app-'));
  const run = new Run(given, root, bench);
  try {
    return await run.all();
  } finally {
    await run.end();
    fs.rmSync(root, { recursive: true, force: true });
  }
}

class Run {
  #case;
  #root;
  #bench;
  #step = 0;
  #model;
  #files;
  /** @type {Child} */
  #hot;
  /** What serves. @type {Whole} */
  #served;
  /** What a fresh process shows of the files as they are. @type {Whole | undefined} */
  #fresh;
  /** What the app showed last. @type {any} */
  #last;
  /** The model of what serves. */
  #servedModel;
  #port = 0;
  #agent = new http.Agent({ keepAlive: true });
  /** Does the app serve the files as they are? */
  #isTaken = true;
  /** How often the app was looked at since. */
  #looks = 0;
  /** @type {any[]} */
  #reports = [];
  /** @type {string[]} */
  #warnings = [];
  /** @type {() => void} */
  #onReport = () => {};
  /** Numbers of evaluations that serve, by module. @type {Record<string, number>} */
  #serials = {};

  /** @param {Case} given @param {string} root @param {Bench} bench */
  constructor(given, root, bench) {
    this.#case = given;
    this.#root = root;
    this.#bench = bench;
    this.#model = given.model;
    this.#servedModel = given.model;
    this.#files = render(given.model, { typed: true });
  }

  async all() {
    const { edits } = this.#case;
    const fresh = await this.#bench.reference.shown(this.#model).catch(() => null);
    if (!fresh?.isWhole || fresh.mixed.length > 0) {
      return { edits: 0, failure: null, isSkipped: true };
    }
    this.#served = fresh;
    try {
      await this.#start();
      for (const operations of edits) {
        this.#step += 1;
        await this.#edit(operations);
        const isTime = this.#step % EDITS_A_COLLECTION === 0 || this.#step === edits.length;
        if (isTime) await this.#collect();
      }
      return { edits: edits.length, failure: null, isSkipped: false };
    } catch (error) {
      if (error instanceof NodeFailure) {
        return { edits: this.#step, failure: null, isSkipped: false };
      }
      const { message, detail, stack } = /** @type {any} */ (error);
      const isOurs = error instanceof Broken || /the process (has )?ended|no answer/.test(message);
      if (!isOurs && !/^Error/.test(stack)) throw error;
      const failure = { step: this.#step, what: message, detail };
      return { edits: this.#step, failure, isSkipped: false };
    }
  }

  async end() {
    this.#agent.destroy();
    await this.#hot?.end();
  }

  async #start() {
    const files = new Map(this.#files).set('kit.cjs', fs.readFileSync(KIT, 'utf8'));
    const [main] = this.#model.modules;
    this.#hot = startApp(this.#root, files, {
      main: fileOf(/** @type {any} */ (main), { typed: true }),
      watches: this.#case.way === 'watched',
      safeHot: this.#bench.safeHot,
    });
    this.#hot.onMessage = ({ report, warning }) => {
      if (warning) this.#warnings.push(warning);
      if (!report) return;
      this.#reports.push(report);
      this.#onReport();
    };
    const { port } = await this.#hot.ask({ command: 'start' });
    this.#port = port ?? 0;
    this.#last = { counts: {}, kept: {} };
    const seen = await this.#look();
    this.#expectShown(seen, this.#served);
    this.#last = seen;
    this.#serials = seen.serials;
    await this.#expectHandles(seen);
  }

  async #look() {
    const seen = await this.#hot.ask({ command: 'look' });
    if (this.#warnings.length > 0) throw new Broken('nothing is warned of', this.#warnings);
    return seen;
  }

  /** @param {import('./model').Operation[]} operations */
  async #edit(operations) {
    const before = this.#model;
    this.#model = edited(before, operations);
    const files = render(this.#model, { typed: true });
    const changes = changesBetween(this.#files, files);
    this.#files = files;
    this.#reports.length = 0;
    const isBusy = this.#port > 0;
    const early = isBusy ? this.#request() : null;
    this.#save(changes, files);
    const freshly = this.#bench.reference.shown(this.#model);
    if (this.#case.way === 'watched') {
      await this.#whileWatched(changes, await freshly);
    } else {
      const files = changes.map(({ name, kind }) => [name, kind]);
      const reloading = this.#hot.ask({ command: this.#case.way, files });
      const during = isBusy ? this.#request() : null;
      const [report, fresh] = await Promise.all([reloading, freshly]);
      await this.#check(report, fresh, changes, [await early, await during]);
    }
  }

  /** @param {{ name: string, kind: string }[]} changes @param {Map<string, string>} files */
  #save(changes, files) {
    for (const { name, kind } of changes) {
      if (kind === 'removed') fs.rmSync(path.join(this.#root, name));
    }
    write(
      this.#root,
      changes.flatMap(({ name, kind }) =>
        kind === 'removed' ? [] : [[name, /** @type {string} */ (files.get(name))]],
      ),
    );
  }

  /**
   * @param {any} report
   * @param {Fresh} fresh
   * @param {{ name: string, kind: string }[]} changes
   * @param {(string | null)[]} answers to requests that came meanwhile
   */
  async #check(report, fresh, changes, answers) {
    const { outcome } = report;
    const isTaken = TAKEN.includes(outcome);
    const before = this.#served;
    if (isTaken && !fresh.isWhole) {
      throw new Broken('what cannot start is not taken', { report, fresh });
    }
    if (!isTaken && fresh.isWhole && !fresh.hasLateErrors) {
      throw new Broken('what can start is taken', { report });
    }
    if (!['committed', 'unchanged', 'refused', 'rolled-back', 'restored'].includes(outcome)) {
      throw new Broken('nothing needs a restart', { report });
    }
    if (isTaken) this.#served = this.#fresh = /** @type {Whole} */ (fresh);
    const seen = await this.#look();
    this.#looks += 1;
    this.#expectShown(seen, this.#served, report);
    const oldModel = this.#servedModel;
    if (isTaken) this.#servedModel = this.#model;
    this.#expectState(seen, report, oldModel, changes);
    this.#expectDisposed(seen);
    await this.#expectHandles(seen);
    this.#expectAnswers(answers, before);
    this.#last = seen;
    this.#looks = 0;
    this.#isTaken = isTaken;
  }

  /** @param {any} seen @param {Whole} expected @param {any} [report] */
  #expectShown(seen, expected, report) {
    if (seen.mixed.length > 0) {
      throw new Broken('one version of a module is in use', { mixed: seen.mixed, report });
    }
    const different = differenceOf(seen.modules, expected.modules);
    if (different)
      throw new Broken('the app shows what a fresh process does', { different, report });
    const loaded = this.#idsOf(seen.loaded);
    // What was asked for once, lazily, stays as long as there is a way to it.
    const [main] = this.#model.modules;
    const model = expected === this.#fresh ? this.#model : this.#servedModel;
    const extra = loaded.filter(
      (id) => !expected.loaded.includes(id) && !leadsTo(model, /** @type {any} */ (main).id, id),
    );
    const missing = expected.loaded.filter((id) => !loaded.includes(id));
    if (extra.length + missing.length > 0) {
      throw new Broken('the same modules are loaded', { extra, missing, report });
    }
  }

  /** @param {string[]} files */
  #idsOf(files) {
    const models = [this.#model, this.#servedModel];
    const ids = new Map(
      models.flatMap(({ modules }) =>
        modules.map((module) => [fileOf(module, { typed: true }), module]),
      ),
    );
    return files.flatMap((file) => {
      const module = ids.get(file);
      // Data shows itself in its importers alone.
      return module?.format === 'json' ? [] : [module?.id ?? file];
    });
  }

  /**
   * State goes with what is evaluated, and nothing is evaluated without need.
   *
   * @param {any} seen
   * @param {any} report
   * @param {Model} oldModel
   * @param {{ name: string }[]} changes
   */
  #expectState(seen, { outcome, evaluated, pruned }, oldModel, changes) {
    const again = new Set(this.#idsOf([...evaluated, ...pruned]));
    const evaluatedIds = new Set(this.#idsOf(evaluated));
    const stays = staysAt(oldModel, this.#servedModel);
    const touched = touchedBy(
      changes.map(({ name }) => name),
      [oldModel, this.#model],
    );
    for (const [id, count] of Object.entries(seen.counts)) {
      const last = this.#last.counts[id];
      if (last === undefined || !stays(id)) continue;
      const expected = again.has(id) ? 1 : last + this.#looks;
      const isAsExpected = count === expected || (again.has(id) && count <= this.#looks);
      if (!isAsExpected)
        throw new Broken('state goes with what is evaluated alone', { id, count, expected });
      const isEvaluated = evaluatedIds.has(id) && outcome !== 'restored';
      if (isEvaluated && !this.#dirty.has(id) && !touched.has(id)) {
        throw new Broken('only what an edit leads to is evaluated', { id, touched: [...touched] });
      }
      const kept = this.#last.kept[id];
      if (
        kept !== undefined &&
        seen.kept[id] !== undefined &&
        kept !== seen.kept[id] &&
        !this.#idsOf(pruned).includes(id)
      ) {
        throw new Broken('what is kept stays', { id });
      }
    }
    // What was not taken comes along with the next edit.
    if (outcome === 'committed') this.#dirty.clear();
    else for (const id of touched) this.#dirty.add(id);
  }

  /** @type {Set<string>} */
  #dirty = new Set();

  /** @param {any} seen */
  #expectDisposed({ serials, disposed, loaded }) {
    const twice = disposed.filter((each, index) => disposed.indexOf(each) !== index);
    const early = Object.values(serials).filter((each) => disposed.includes(each));
    const isLoaded = new Set(this.#idsOf(loaded));
    const known = { ...this.#serials, ...serials };
    const gone = Object.entries(this.#serials).filter(
      ([id, each]) => (known[id] !== each || !isLoaded.has(id)) && !disposed.includes(each),
    );
    if (twice.length + early.length + gone.length > 0) {
      throw new Broken('a version is disposed once, when it goes', { twice, early, gone });
    }
    const stay = Object.entries(known).filter(([id]) => isLoaded.has(id));
    this.#serials = Object.fromEntries(stay);
  }

  /** @param {any} seen */
  async #expectHandles(seen) {
    /** @type {Record<string, number>} */
    const expected = {};
    const loaded = new Set(this.#idsOf(seen.loaded));
    for (const { id, resources } of this.#servedModel.modules) {
      if (!loaded.has(id)) continue;
      for (const each of resources) {
        const kind = each === 'timeout' ? 'interval' : each;
        expected[kind] = (expected[kind] ?? 0) + 1;
      }
    }
    if (this.#servedModel.serves) expected.server = (expected.server ?? 0) + 1;
    const isSame = (/** @type {any} */ handles) =>
      [...new Set([...Object.keys(handles), ...Object.keys(expected)])].every(
        (kind) => (handles[kind] ?? 0) === (expected[kind] ?? 0),
      );
    let { handles } = seen;
    const endMs = performance.now() + PATIENCE_MS;
    while (!isSame(handles)) {
      if (performance.now() > endMs) {
        throw new Broken('the same handles are open', { handles, expected });
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
      handles = await this.#hot.ask({ command: 'handles' });
    }
  }

  /** @returns {Promise<string>} what the app answers to a client */
  #request() {
    return new Promise((resolve, reject) => {
      const failed = (/** @type {Error} */ error) =>
        reject(new Broken('no request fails', String(error)));
      const options = { port: this.#port, host: '127.0.0.1', agent: this.#agent };
      http
        .get(options, (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
          response.on('end', () => resolve(text)).on('error', failed);
        })
        .on('error', failed);
    });
  }

  /** @param {(string | null)[]} answers @param {Whole} before */
  #expectAnswers(answers, before) {
    for (const answer of answers) {
      if (answer === null) continue;
      const { modules, mixed } = JSON.parse(answer);
      const isOne = [before, this.#served].some(
        (each) => !differenceOf(modules, each.modules, isNow),
      );
      if (!isOne || mixed.length > 0) {
        const different = differenceOf(modules, this.#served.modules, isNow);
        throw new Broken('a request is answered by one program', { mixed, different });
      }
    }
  }

  /**
   * The watcher may see an edit in parts: in the end all of it has been taken, or none.
   *
   * @param {{ name: string, kind: string }[]} changes
   * @param {Fresh} fresh
   */
  async #whileWatched(changes, fresh) {
    const endMs = performance.now() + PATIENCE_MS;
    const all = { evaluated: [], pruned: [], outcome: 'unchanged' };
    const state = [this.#served, this.#servedModel];
    for (;;) {
      // Nothing is told of a file that no one has loaded.
      if (changes.length > 0 && this.#reports.length === 0) await this.#nextReport(QUIET_MS);
      for (const { outcome, evaluated, pruned } of this.#reports.splice(0)) {
        if (outcome !== 'unchanged' || all.outcome === 'unchanged') all.outcome = outcome;
        all.evaluated.push(...evaluated);
        all.pruned.push(...pruned);
      }
      // What was refused before goes on being so, without a word where an edit is of no loaded file.
      const isSame = !fresh.isWhole || fresh.hasLateErrors;
      if (all.outcome === 'unchanged' && isSame && !this.#isTaken) all.outcome = 'refused';
      try {
        await this.#check(all, fresh, changes, []);
        return;
      } catch (error) {
        if (!(error instanceof Broken) || performance.now() > endMs) throw error;
        [this.#served, this.#servedModel] = /** @type {any} */ (state);
      }
    }
  }

  /** @param {number} patienceMs */
  #nextReport(patienceMs) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      this.#onReport = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
  }

  async #collect() {
    const leaks = await this.#hot.ask({ command: 'leaks' });
    if (leaks.length > 0) throw new Broken('no version stays in memory', { leaks });
  }
}

/** Tells of a module whether its file is where it was. @param {Model} before @param {Model} after */
function staysAt(before, after) {
  const placesOf = ({ modules }) =>
    new Map(modules.map((module) => [module.id, fileOf(module, { typed: true })]));
  const [old, now] = [placesOf(before), placesOf(after)];
  return (/** @type {string} */ id) => old.get(id) === now.get(id);
}

/** Is it shown before all that is imported later is here? @param {unknown} value */
function isNow(value) {
  return value !== 'later';
}

/**
 * @param {Map<string, string>} before
 * @param {Map<string, string>} after
 */
function changesBetween(before, after) {
  const changes = [];
  for (const [name, text] of after) {
    const old = before.get(name);
    if (old !== text) changes.push({ name, kind: old === undefined ? 'created' : 'modified' });
  }
  for (const name of before.keys()) if (!after.has(name)) changes.push({ name, kind: 'removed' });
  return changes;
}

/**
 * The modules that an edit can lead to, by all imports before and after it, up to those that accept.
 *
 * @param {string[]} files
 * @param {Model[]} models
 */
function touchedBy(files, models) {
  const touched = new Set(
    models.flatMap(({ modules }) =>
      modules
        .filter((module) => files.includes(fileOf(module, { typed: true })))
        .map(({ id }) => id),
    ),
  );
  for (const id of touched) {
    for (const { modules } of models) {
      for (const { id: importer, edges } of modules) {
        if (edges.some(({ to }) => to === id)) touched.add(importer);
      }
    }
  }
  return touched;
}

/**
 * @param {Record<string, any>} actual
 * @param {Record<string, any>} expected
 * @param {(value: unknown) => boolean} [counts] what is compared, by the actual value
 */
function differenceOf(actual, expected, counts = () => true) {
  for (const id of new Set([...Object.keys(actual), ...Object.keys(expected)])) {
    const [a, b] = [actual[id], expected[id]];
    // What hides behind an import that comes later is not looked at.
    if (a === undefined && counts === isNow) continue;
    if (!a || !b) return { module: id, actual: a, expected: b };
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      if (counts(a[key]) && !isDeepStrictEqual(a[key], b[key])) {
        return { module: id, what: key, actual: a[key], expected: b[key] };
      }
    }
  }
  return null;
}

exports.Reference = Reference;
exports.runCase = runCase;
exports.changesBetween = changesBetween;
exports.startApp = startApp;
exports.write = write;
exports.KIT = KIT;
