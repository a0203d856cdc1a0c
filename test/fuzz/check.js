'use strict';

/**
 * Runs a case and tells the first thing that is wrong: after each edit the running app shows what a fresh process on the
 * same files does, or, where that cannot start, what it showed before.
 */

const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { KIT, changesBetween, save, startApp } = require('./app');
const { Broken, ...claims } = require('./claims');
const { edited, leadsTo, moduleOf } = require('./model');
const { NodeFailure } = require('./reference');
const { fileOf, jsonOf, render } = require('./render');

/**
 * @typedef {import('./model').Model} Model
 * @typedef {import('./generate').Case} Case
 * @typedef {import('./reference').Whole} Whole
 * @typedef {import('./reference').Fresh} Fresh
 * @typedef {import('./app').Change} Change
 * @typedef {{ outcome: string, evaluated: string[], pruned: string[] }} Report what of a report, or of many, counts here
 *
 * @typedef {object} Failure
 * @property {number} step the number of the edit, 0 for the start
 * @property {string} what the claim that does not hold
 * @property {unknown} detail
 *
 * @typedef {object} Result
 * @property {number} edits that were compared
 * @property {Failure | null} failure
 * @property {'whole' | 'skipped' | 'cut'} end skipped: the app cannot start; cut: plain Node failed by a bug of its own
 */

/** After how many edits all garbage is collected, which takes long. */
const EDITS_A_COLLECTION = 8;
/** How long a server may take to close, or a watcher to tell. */
const PATIENCE_MS = 6_000;
/** How long an answer to a client may take. */
const ANSWER_MS = 20_000;
/** How long nothing is told of an edit that the app does not see. */
const QUIET_MS = 400;

const TAKEN = ['committed', 'unchanged'];
const NOT_TAKEN = ['refused', 'rolled-back', 'restored'];

/**
 * @typedef {object} Bench what cases are run with
 * @property {import('./reference').Reference} reference
 * @property {string} folder for apps
 * @property {string} safeHot the package under test
 *
 * @param {Case} given
 * @param {Bench} bench
 * @returns {Promise<Result>}
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
  /** @type {import('./child').Child} */
  #hot;
  /** What serves. @type {Whole} */
  #served;
  /** What the app showed last. @type {import('./claims').Seen} */
  #last;
  /** The model of what serves. */
  #servedModel;
  #port = 0;
  #agent = new http.Agent({ keepAlive: true });
  /** Does the app serve the files as they are? */
  #isTaken = true;
  /** How often the app was looked at since. */
  #looks = 0;
  /** @type {Report[]} */
  #reports = [];
  /** @type {string[]} */
  #warnings = [];
  /** @type {() => void} */
  #onReport = () => {};
  /** Numbers of evaluations that serve, by module. @type {Record<string, number>} */
  #serials = {};
  /** Modules that edits lead to which were not taken. @type {Set<string>} */
  #dirty = new Set();
  /** Modules that the edit before led to, of which a watcher may tell late. @type {Set<string>} */
  #touchedLast = new Set();
  /** Files of which it has been told late. @type {string[]} */
  #late = [];

  /** @param {Case} given @param {string} root @param {Bench} bench */
  constructor(given, root, bench) {
    this.#case = given;
    this.#root = root;
    this.#bench = bench;
    this.#model = given.model;
    this.#servedModel = given.model;
    this.#files = render(given.model, { typed: true });
  }

  /** @returns {Promise<Result>} */
  async all() {
    const { edits } = this.#case;
    const fresh = await this.#bench.reference.shown(this.#model).catch(() => null);
    if (!fresh?.isWhole || fresh.mixed.length > 0) {
      return { edits: 0, failure: null, end: 'skipped' };
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
      return { edits: edits.length, failure: null, end: 'whole' };
    } catch (error) {
      const compared = Math.max(0, this.#step - 1);
      if (error instanceof NodeFailure) return { edits: compared, failure: null, end: 'cut' };
      const { message, detail, stack } = /** @type {any} */ (error);
      const isOurs = error instanceof Broken || /the process (has )?ended|no answer/.test(message);
      if (!isOurs && !/^Error/.test(stack)) throw error;
      const failure = { step: this.#step, what: message, detail };
      return { edits: this.#step, failure, end: 'whole' };
    }
  }

  async end() {
    this.#agent.destroy();
    await this.#hot?.end();
  }

  async #start() {
    const files = new Map(this.#files).set('kit.cjs', fs.readFileSync(KIT, 'utf8'));
    this.#hot = startApp(this.#root, files, {
      main: fileOf(this.#main, { typed: true }),
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
    const seen = await this.#look();
    this.#expectShown(seen, this.#model);
    this.#last = seen;
    this.#serials = seen.serials;
    await this.#expectHandles(seen);
  }

  get #main() {
    return /** @type {import('./model').Module} */ (this.#model.modules[0]);
  }

  async #look() {
    const seen = await this.#hot.ask({ command: 'look' });
    if (this.#warnings.length > 0) throw new Broken('nothing is warned of', this.#warnings);
    return seen;
  }

  /** @param {import('./model').Operation[]} operations */
  async #edit(operations) {
    this.#model = edited(this.#model, operations);
    const files = render(this.#model, { typed: true });
    const changes = changesBetween(this.#files, files);
    this.#files = files;
    // The watcher may have told of the last part of an edit when all of it could be seen already.
    const late = this.#reports.splice(0);
    this.#late = late.flatMap(({ evaluated, pruned }) => [...evaluated, ...pruned]);
    const isBusy = this.#port > 0;
    const early = isBusy ? [this.#request()] : [];
    save(this.#root, changes, files);
    const freshly = this.#bench.reference.shown(this.#model, this.#loadedLazily());
    if (this.#case.way === 'watched') {
      const [fresh] = await Promise.all([freshly, ...early]);
      await this.#whileWatched(changes, fresh, late);
    } else {
      const files = changes.map(({ name, kind }) => [name, kind]);
      const reloading = this.#hot.ask({ command: this.#case.way, files });
      const during = isBusy ? [this.#request()] : [];
      const [fresh, report, ...answers] = await Promise.all([
        freshly,
        reloading,
        ...early,
        ...during,
      ]);
      await this.#check(report, fresh, changes, answers);
    }
  }

  /** What was loaded stays loaded while a way leads to it, so that a mistake in it shows at once. */
  #loadedLazily() {
    return this.#idsOf(this.#last.loaded).filter((id) => leadsTo(this.#model, this.#main.id, id));
  }

  /**
   * @param {Report} report
   * @param {Fresh} fresh
   * @param {Change[]} changes
   * @param {string[]} answers to requests that came meanwhile
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
    if (!isTaken && !NOT_TAKEN.includes(outcome)) {
      throw new Broken('nothing needs a restart', { report });
    }
    if (isTaken) this.#served = /** @type {Whole} */ (fresh);
    else if (outcome === 'restored') this.#readAgain(report);
    const seen = await this.#look();
    this.#looks += 1;
    this.#expectShown(seen, isTaken ? this.#model : this.#servedModel, report);
    const oldModel = this.#servedModel;
    if (isTaken) this.#servedModel = this.#model;
    const touched = this.#expectState(seen, report, oldModel, changes);
    const loaded = this.#idsOf(seen.loaded);
    this.#serials = claims.expectDisposed(seen, this.#serials, loaded);
    await this.#expectHandles(seen, report);
    claims.expectAnswers(answers, [before, this.#served]);
    this.#last = seen;
    this.#looks = 0;
    this.#isTaken = isTaken;
    if (this.#case.way === 'watched') this.#touchedLast = touched;
  }

  /**
   * A module that is evaluated again from its last good source reads files as they are.
   *
   * @param {Report} report
   */
  #readAgain({ evaluated }) {
    const modules = { ...this.#served.modules };
    for (const id of this.#idsOf(evaluated)) {
      const edges = moduleOf(this.#servedModel, id)?.edges ?? [];
      for (const { key, kind, to } of edges) {
        const data = kind === 'read' && moduleOf(this.#model, to);
        if (data && modules[id]) modules[id] = { ...modules[id], [key]: jsonOf(data) };
      }
    }
    this.#served = { ...this.#served, modules };
  }

  /**
   * @param {import('./claims').Seen} seen
   * @param {Model} model of what serves
   * @param {Report} [report]
   */
  #expectShown(seen, model, report) {
    claims.expectShown(seen, this.#served, {
      // By where each is now: a file that has moved is another.
      loaded: claims.idsOf(seen.loaded, [model]),
      mayStay: (id) => leadsTo(model, this.#main.id, id),
      report,
    });
  }

  /** @param {Iterable<string>} files */
  #idsOf(files) {
    return claims.idsOf(files, [this.#model, this.#servedModel]);
  }

  /**
   * @param {import('./claims').Seen} seen
   * @param {Report} report
   * @param {Model} oldModel
   * @param {Change[]} changes
   * @returns {Set<string>} the modules that the edit can lead to
   */
  #expectState(seen, report, oldModel, changes) {
    const files = changes.map(({ name }) => name);
    const touched = touchedBy(files, [oldModel, this.#model]);
    claims.expectState(
      { seen, last: this.#last, looks: this.#looks },
      {
        report,
        evaluated: new Set(this.#idsOf(report.evaluated)),
        pruned: new Set(this.#idsOf(report.pruned)),
        late: new Set(this.#idsOf(this.#late)),
        stays: staysAt(oldModel, this.#servedModel),
        isTouched: (id) => touched.has(id) || this.#dirty.has(id) || this.#touchedLast.has(id),
      },
    );
    // What was not taken comes along with the next edit.
    if (report.outcome === 'committed') this.#dirty.clear();
    else for (const id of touched) this.#dirty.add(id);
    return touched;
  }

  /** @param {import('./claims').Seen} seen @param {Report} [report] */
  async #expectHandles(seen, report) {
    const expected = claims.handlesOf(this.#servedModel, this.#idsOf(seen.evaluated));
    let { handles } = seen;
    const endMs = performance.now() + PATIENCE_MS;
    while (!claims.areSame(handles, expected)) {
      if (performance.now() > endMs) {
        throw new Broken('the same handles are open', { handles, expected, report });
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
      const request = http.get({ ...options, timeout: ANSWER_MS }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
        response.on('end', () => resolve(text)).on('error', failed);
      });
      request.on('timeout', () => request.destroy(new Error('no answer'))).on('error', failed);
    });
  }

  /**
   * The watcher may see an edit in parts: in the end all of it has been taken, or none.
   *
   * @param {Change[]} changes
   * @param {Fresh} fresh
   * @param {Report[]} late of the edit before
   */
  async #whileWatched(changes, fresh, late) {
    const endMs = performance.now() + PATIENCE_MS;
    /** @type {Report} */
    const all = {
      evaluated: late.flatMap(({ evaluated }) => evaluated),
      pruned: late.flatMap(({ pruned }) => pruned),
      outcome: 'unchanged',
    };
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
  const placesOf = (/** @type {Model} */ { modules }) =>
    new Map(modules.map((module) => [module.id, fileOf(module, { typed: true })]));
  const [old, now] = [placesOf(before), placesOf(after)];
  return (/** @type {string} */ id) => old.get(id) === now.get(id);
}

/**
 * The modules that an edit can lead to, by all imports before and after it.
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

exports.runCase = runCase;
