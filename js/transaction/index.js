'use strict';

/**
 * The transaction: prepare → stage → commit, or abort. One at a time. A change that arrives meanwhile forms the next
 * change set; a stage that only waits is given up for it, and both are planned as one. What was saved first of many
 * files goes back to the watcher, and comes again with the others.
 */

const { nowMs } = require('../clock');
const { SafeHotError } = require('../errors');
const { guarded, fromNative } = require('../native');
const { snapshot, tracesSince } = require('../resources/traces');
const { emptyChanges, isEmpty, merge, onlyFiles } = require('./change-set');
const { prepare, readyWith } = require('./prepare');
const { evaluationError, needsRestart, obstacleOf, tellSelfError } = require('./failures');
const { forget } = require('./forget');
const { linkError } = require('./link');
const { openOverlay, evaluateStaged, findReached } = require('./stage');
const { StageGuard } = require('./guard');
const { Afterwards } = require('./afterwards');
const { Settling } = require('./settling');
const { commit } = require('./commit');
const { abort } = require('./abort');

/**
 * @typedef {import('../runtime/record').Version} Version
 * @typedef {import('../resources/ownership').Owner} Owner
 * @typedef {import('../runtime/record').ModuleRecord} ModuleRecord
 * @typedef {import('./prepare').ChangeSet} ChangeSet
 * @typedef {import('./stage').Staged} Staged
 * @typedef {import('../types').ReloadReport} ReloadReport
 *
 * @typedef {object} Request one change set on its way
 * @property {ChangeSet} changes
 * @property {Version | undefined} caller of `hotReload`
 * @property {boolean} isCall of `hotReload`, which gives fresh exports in a dry run too
 * @property {boolean} mayGrow nobody but the watcher knows of it, and it may be the first of many
 * @property {number} startMs
 *
 * @typedef {{ phase: 'idle' }} Idle
 * @typedef {{ phase: 'working' }} Working user code of a transaction is on the stack
 * @typedef {object} Waiting a stage waits for the program to listen
 * @property {'waiting'} phase
 * @property {() => void} supersede gives the stage up now
 * @property {() => void} overtake gives it up for a change, unless it is one of many that were
 *
 * @typedef {object} Done what became of a request, of which the report is made
 * @property {'done'} type
 * @property {import('../types').Outcome | 'planned'} outcome
 * @property {import('./host').Result} result
 * @property {number} durationMs
 * @property {import('../resources/traces').Snapshot} [before] as the stage began
 *
 * @typedef {{ type: 'given-back' }} GivenBack the change set comes again, with what was saved after it
 *
 * @typedef {object} StagedWork
 * @property {'staged'} type
 * @property {Staged} staged
 * @property {StageGuard} guard
 * @property {Set<Version>} replaced
 * @property {import('../resources/traces').Snapshot} [before] as the stage began
 * @property {import('./host').Result} [restores] for a request that has come to this, the last good sources
 */

/** How often a stage that was overtaken by a change of the graph or of a file is begun anew. */
const MAX_ATTEMPTS = 5;
const KEPT_CHANGING = 'what imports it went on changing while the reload was under way';

/** How often, and how far apart, a file is looked at again that a save seems to have emptied just now. */
const SAVE_LOOKS = 5;
const SAVE_LOOK_MS = 10;

class Transactions {
  /** @type {Idle | Working | Waiting} */
  #state = { phase: 'idle' };
  /** @type {ChangeSet} */
  #pending = emptyChanges();
  /** Changed on disk, and refused or rolled back: they go along with the next change. */
  #dirty = emptyChanges();
  /** How many stages in a row were given up for a change while they waited. */
  #overtaken = 0;
  /** Current versions that have run their dispose handlers, for stages that were taken back. @type {Set<Version>} */
  #disposed = new Set();
  /** @type {WeakMap<ReloadReport, SafeHotError>} */
  #errors = new WeakMap();
  #reports;
  #host;

  /** @param {import('./host').TransactionHost} host */
  constructor(host) {
    this.#host = host;
    this.#reports = new Afterwards(host.warn);
  }

  /** Is user code of a transaction on the stack? */
  get isWorking() {
    return this.#state.phase === 'working';
  }

  /**
   * Takes modules out with nothing in their place. While new code evaluates nothing is taken out: what has changed is new
   * there, and what has not could not be given back.
   *
   * @param {Set<NodeModule>} modules of `require.cache`
   */
  forget(modules) {
    if (this.#state.phase === 'idle') forget(modules, this.#host);
  }

  /**
   * Takes a change set and carries it out as soon as it can.
   *
   * @param {ChangeSet} changes
   */
  submit(changes) {
    merge(this.#pending, changes);
    if (this.#state.phase === 'waiting') this.#state.overtake();
    else if (this.#state.phase === 'idle') void this.#drain();
  }

  /**
   * @param {ChangeSet} changes
   * @returns {Promise<ReloadReport>} of the transaction that they became part of
   */
  reload(changes) {
    return new Promise((resolve, reject) => {
      this.submit({ ...changes, waiting: [...changes.waiting, { resolve, reject }] });
    });
  }

  /**
   * Carries a change set out now: a stage that waits is given up for it and begun again afterwards.
   *
   * @param {ChangeSet} changes
   * @param {Version} [caller]
   * @returns {ReloadReport}
   */
  runNow(changes, caller) {
    if (this.#state.phase === 'working') {
      throw new SafeHotError('ERR_SAFE_HOT_BUSY', { what: 'hotReload()' });
    }
    if (this.#state.phase === 'waiting') this.#state.supersede();
    const request = { changes, caller, isCall: true, mayGrow: false, startMs: nowMs() };
    const work = this.#beginAfterSave(request);
    const done = work.type === 'done' ? work : this.#finishNow(request, work);
    const ended = this.#restored(request, done);
    this.#reports.flush();
    // It cannot wait for what is restored either.
    const report = this.#publish(
      request,
      ended.type === 'done' ? ended : this.#end(request, ended, 0),
    );
    queueMicrotask(() => void this.#drain());
    return report;
  }

  /**
   * The caller cannot wait for what a module awaits as it evaluates.
   *
   * @param {Request} request
   * @param {StagedWork} work
   */
  #finishNow(request, work) {
    if (work.staged.overlay.awaiting.size === 0) {
      return this.#finish(request, work, this.#host.options.settleTimeoutMs);
    }
    const [record] = work.staged.prepared.changed;
    const version = record?.current?.number;
    const error = new SafeHotError('ERR_SAFE_HOT_ASYNC', { path: record?.path, version });
    this.#undo(work);
    return this.#done(request, 'refused', { changed: changedPaths(work.staged.prepared), error });
  }

  /**
   * A file that is empty is most likely in the middle of a save. The caller has asked for it now, and no watcher tells
   * when the writer is done: it is given a moment.
   *
   * @param {Request} request
   */
  #beginAfterSave(request) {
    for (let looks = SAVE_LOOKS; ; looks -= 1) {
      // A call does not grow, so it is not given back.
      const work = /** @type {Done | StagedWork} */ (this.#begin(request, MAX_ATTEMPTS));
      const isEmptyFile = work.type === 'done' && work.result.error?.code === 'ERR_SAFE_HOT_EMPTY';
      if (!isEmptyFile || looks === 0) return work;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SAVE_LOOK_MS);
    }
  }

  async #drain() {
    while (this.#state.phase === 'idle' && !isEmpty(this.#pending)) {
      const request = this.#takePending();
      try {
        await this.#carryOut(request);
      } catch (error) {
        this.#didBreak(request, error);
      }
    }
  }

  /**
   * A bug of ours, a panic of the native part above all: told to whoever waits, and the process lives. What was saved goes
   * along with the next change.
   *
   * @param {Request} request
   * @param {unknown} error
   */
  #didBreak({ changes }, error) {
    this.#state = { phase: 'idle' };
    this.#dirty = onlyFiles(changes);
    const waiting = changes.waiting.splice(0);
    for (const { reject } of waiting) reject(error);
    if (waiting.length === 0) this.#host.warn(error);
  }

  /**
   * @param {Request} request
   * @returns {Promise<void> | undefined} undefined if there was nothing to wait for
   */
  #carryOut(request) {
    const work = this.#begin(request, MAX_ATTEMPTS);
    if (work.type === 'staged') return this.#settle(request, work);
    if (work.type === 'done') return this.#publishLater(request, work);
    return undefined;
  }

  #takePending() {
    const changes = this.#pending;
    this.#pending = emptyChanges();
    const mayGrow = changes.mayGrow && changes.forced.size === 0 && changes.waiting.length === 0;
    return { changes, caller: undefined, isCall: false, mayGrow, startMs: nowMs() };
  }

  /**
   * Prepare, plan and the synchronous part of the stage.
   *
   * @param {Request} request
   * @param {number} attempts
   * @returns {Done | StagedWork | GivenBack}
   */
  #begin(request, attempts) {
    const { changes } = request;
    const isDryRun = this.#host.options.dryRun && !request.isCall;
    // What the disk did last is what counts: a file that was refused and is gone now is gone.
    for (const [file, kind] of this.#dirty.files) {
      if (!changes.files.has(file)) changes.files.set(file, kind);
    }
    this.#dirty = emptyChanges();
    this.#host.status.set('prepare');
    const prepared = prepare(this.#host.prepareHost(), changes);
    // What cannot be read or resolved alone may be whole with what is saved next.
    const isInDoubt = prepared.type === 'refused' && request.mayGrow;
    if (isInDoubt || this.#isPart(request)) return this.#giveBack(request);
    if (prepared.type !== 'ready') {
      if (prepared.type !== 'unchanged') this.#dirty = onlyFiles(changes);
      return this.#done(request, prepared.type, {
        changed: prepared.changed,
        error: prepared.type === 'unchanged' ? undefined : prepared.error,
      });
    }

    const { registry, options } = this.#host;
    const plan = this.#plan({
      changed: prepared.changed.map((record) => record.id),
      unaccepted: options.unaccepted,
      ...(request.caller ? { caller: request.caller.record.id } : {}),
    });
    const changed = changedPaths(prepared);
    const obstacle = obstacleOf(plan, registry);
    if (plan.verdict === 'ignored') {
      // As the program wishes, and for good: the next change is not held up by this one.
      return this.#done(request, obstacle ? 'refused' : 'unchanged', {
        changed,
        error: obstacle,
        plan,
      });
    }
    if (obstacle) {
      this.#dirty = onlyFiles(changes);
      return this.#done(request, 'restart-required', { changed, error: obstacle, plan });
    }
    const overlay = openOverlay(plan, prepared, this.#host, { lastGood: false });
    const staged = { overlay, plan, prepared, caller: request.caller };
    const error = linkError(staged, this.#host);
    if (error) {
      this.#dirty = onlyFiles(changes);
      return this.#done(request, 'refused', { changed, error });
    }
    if (isDryRun) return this.#done(request, 'planned', { changed, plan });
    return this.#evaluate(request, staged, attempts);
  }

  /** @param {Parameters<import('../graph').Graph['plan']>[0]} request */
  #plan(request) {
    const outcome = guarded(() => this.#host.graph.plan(request));
    if (outcome.type === 'failed') throw fromNative(outcome.error);
    return outcome.plan;
  }

  /**
   * @param {Request} request
   * @param {Staged} staged
   * @param {number} attempts
   * @returns {Done | StagedWork | GivenBack}
   */
  #evaluate(request, staged, attempts) {
    const { registry, servers } = this.#host;
    const { overlay } = staged;
    const replaced = new Set([...overlay.planned].flatMap((record) => record.current ?? []));
    servers.beginStage((owner) => isLedTo(owner, replaced));
    registry.overlay = overlay;
    this.#host.willStage(replaced);
    const guard = new StageGuard();
    /** @type {StagedWork} */
    const work = { type: 'staged', staged, guard, replaced, before: snapshot() };
    this.#state = { phase: 'working' };
    /** @type {{ error: unknown } | null} */
    let failure = null;
    try {
      evaluateStaged(staged, this.#host);
    } catch (error) {
      failure = { error };
    }
    failure ??= guard.failure;
    if (this.#isPart(request) && canBeGivenUp(work)) {
      // First, so that what the staged side closes as it goes is seen by a watcher that waits for all.
      const givenBack = this.#giveBack(request);
      this.#undo(work);
      return givenBack;
    }
    if (attempts > 0 && (overlay.unprepared.size > 0 || overlay.isOutdated)) {
      this.#undo(work);
      return this.#again(request, overlay, attempts - 1);
    }
    // Who waits for a stage begins it anew at its end.
    if (request.isCall && overlay.isOutdated) failure ??= { error: new Error(KEPT_CHANGING) };
    return failure ? this.#fail(request, work, failure.error) : work;
  }

  /**
   * A file or the graph moved on while modules evaluated: the plan is made again from what is known now.
   *
   * @param {Request} request
   * @param {import('../runtime/registry').Overlay} overlay
   * @param {number} attempts
   */
  #again(request, overlay, attempts) {
    for (const record of overlay.unprepared) request.changes.files.set(record.path, 'modified');
    return this.#begin(request, attempts);
  }

  /** Is the change set the first of many that are being saved now? @param {Request} request */
  #isPart({ mayGrow }) {
    return mayGrow && this.#host.hasMoreChanges();
  }

  /**
   * @param {Request} request
   * @returns {GivenBack}
   */
  #giveBack({ changes }) {
    this.#host.takeBackChanges(changes.files);
    return { type: 'given-back' };
  }

  /**
   * What awaited may have come to lead to what seemed to be cut off.
   *
   * @param {StagedWork} work
   */
  #evaluatesMore({ staged, guard }) {
    if (!findReached(staged, this.#host)) return false;
    try {
      evaluateStaged(staged, this.#host);
    } catch (error) {
      guard.fail(error);
    }
    return true;
  }

  /**
   * Waits for the end of a stage, and commits it or takes it back.
   *
   * @param {Request} request
   * @param {StagedWork} work
   */
  async #settle(request, work) {
    const { servers, options } = this.#host;
    const settling = new Settling(work, {
      servers,
      timeoutMs: options.settleTimeoutMs,
      evaluatesMore: () => this.#evaluatesMore(work),
      didTakeLong: () => {
        if (!isEmpty(this.#pending)) supersede();
      },
    });
    const supersede = () => {
      this.#supersede(request, work);
      settling.end('superseded');
    };
    // A program that saves a file each time it starts would overtake itself for ever. What is about to be committed is,
    // unless it is the first of many.
    const overtake = () => {
      if (settling.isSettled) return;
      if (this.#overtaken >= MAX_ATTEMPTS && !settling.isLate) return;
      this.#overtaken += 1;
      supersede();
    };
    this.#state = { phase: 'waiting', supersede, overtake };
    const ended = await settling.ended;
    if (ended === 'superseded') return;
    if (this.#isPart(request) && canBeGivenUp(work)) {
      this.#giveBack(request);
      this.#undo(work);
      return;
    }
    const { failure } = work.guard;
    if (!failure && work.staged.overlay.isOutdated) {
      // Code that serves has come to import what is being replaced: the plan has to know.
      this.#supersede(request, work);
      return;
    }
    const lingerMs = ended === 'timed-out' ? 0 : options.settleTimeoutMs;
    await this.#publishLater(request, this.#end(request, work, lingerMs));
  }

  /**
   * Commits a stage, or takes it back.
   *
   * @param {Request} request
   * @param {StagedWork} work
   * @param {number} lingerMs how long the successor may still ask for a listening socket
   * @returns {Done}
   */
  #end(request, work, lingerMs) {
    const { failure } = work.guard;
    if (!work.restores) {
      return failure
        ? this.#fail(request, work, failure.error)
        : this.#finish(request, work, lingerMs);
    }
    if (failure) return this.#notRestored(request, work, failure.error);
    work.guard.remove();
    const repoint = this.#host.prepareRepoint(work.staged.overlay);
    const result = this.#commit(work.staged, { lingerMs, repoint });
    const { plan } = work.staged;
    return this.#done(request, 'restored', { ...result, ...work.restores, plan });
  }

  /**
   * @param {Request} request
   * @param {StagedWork} work
   * @param {unknown} cause
   */
  #notRestored(request, work, cause) {
    const [first] = work.staged.prepared.changed;
    const error = new SafeHotError('ERR_SAFE_HOT_RESTORE', { path: first?.path }, cause);
    this.#undo(work);
    this.#disposed.clear();
    const changed = work.restores?.changed ?? [];
    return this.#done(request, 'restart-required', { changed, error });
  }

  /**
   * @param {Request} request
   * @param {StagedWork} work
   */
  #supersede(request, work) {
    this.#undo(work);
    merge(this.#pending, request.changes);
    this.#state = { phase: 'idle' };
  }

  /** @param {StagedWork} work */
  #undo(work) {
    work.guard.abandon();
    for (const version of work.replaced) if (version.isDisposed) this.#disposed.add(version);
    abort(work.staged, this.#host);
    this.#state = { phase: 'idle' };
  }

  /**
   * @param {Request} request
   * @param {StagedWork} work
   * @param {number} lingerMs how long the successor may still ask for a listening socket
   */
  #finish(request, work, lingerMs) {
    const hidden = this.#hiddenFromCold(work.staged);
    if (hidden) return this.#giveUp(request, work, hidden);
    /** @type {() => void} */
    let repoint;
    try {
      repoint = this.#host.prepareRepoint(work.staged.overlay);
    } catch (error) {
      return this.#fail(request, work, error);
    }
    work.guard.remove();
    this.#state = { phase: 'working' };
    this.#host.status.set('apply');
    const result = this.#commit(work.staged, { lingerMs, repoint });
    // A module whose accept callback failed counts as changed itself.
    for (const record of result.unaccepted) {
      queueMicrotask(() => this.submit({ ...emptyChanges(), forced: new Set([record]) }));
    }
    const { causes } = work.staged.prepared;
    const changed = changedPaths(work.staged.prepared);
    const { plan } = work.staged;
    return this.#done(request, 'committed', { ...result, changed, causes, plan }, work.before);
  }

  /**
   * Names that come or go are out of sight for a cold module that imports them.
   *
   * @param {Staged} staged
   */
  #hiddenFromCold({ overlay }) {
    for (const [record, { esm }] of overlay.versions) {
      const hidden = esm && this.#host.hiddenFromCold(record, esm);
      if (!hidden) continue;
      const details = { path: record.path, ...hidden, names: hidden.names.join(', ') };
      return new SafeHotError('ERR_SAFE_HOT_EXPORTS_CHANGED', details);
    }
    return undefined;
  }

  /**
   * @param {Request} request
   * @param {StagedWork} work
   * @param {SafeHotError} error why the process has to start again
   */
  #giveUp(request, work, error) {
    const changed = changedPaths(work.staged.prepared);
    this.#dirty = onlyFiles(request.changes);
    this.#undo(work);
    return this.#done(request, 'restart-required', { changed, error });
  }

  /**
   * @param {Staged} staged
   * @param {{ lingerMs: number, repoint: () => void }} options
   */
  #commit(staged, options) {
    try {
      return commit(staged, this.#host, options);
    } finally {
      // A bug of ours must not make every later reload wait for this one.
      this.#state = { phase: 'idle' };
    }
  }

  /**
   * Takes the failed stage back. What cannot be had beside the old version is had in another process.
   *
   * @param {Request} request
   * @param {StagedWork} work
   * @param {unknown} cause
   */
  #fail(request, work, cause) {
    const { staged } = work;
    if (needsRestart(cause)) return this.#giveUp(request, work, cause);
    const changed = changedPaths(staged.prepared);
    const error = evaluationError(staged, cause, this.#host.registry);
    this.#dirty = onlyFiles(request.changes);
    this.#host.status.set('abort');
    this.#undo(work);
    if (canBeGivenUp(work)) tellSelfError(staged, cause, this.#host);
    return this.#done(request, 'rolled-back', { changed, error }, work.before);
  }

  /**
   * Versions that have run their dispose handlers for a stage that came to nothing, and that no later one has replaced,
   * are evaluated again from their last good source.
   *
   * @param {Request} request
   * @param {Done} done what became of it otherwise
   * @returns {Done | StagedWork} work where the last good sources await something
   */
  #restored(request, done) {
    const disposed = [...this.#disposed].filter(({ state }) => state === 'current');
    this.#disposed.clear();
    if (disposed.length === 0 || done.outcome === 'restart-required') return done;
    return this.#restore(request, disposed, done.result);
  }

  /**
   * @param {Request} request
   * @param {Version[]} disposed
   * @param {import('./host').Result} result of the request
   * @returns {Done | StagedWork}
   */
  #restore(request, disposed, { changed = [], error }) {
    const { registry, servers } = this.#host;
    const records = disposed.map((version) => version.record);
    const plan = this.#plan({ changed: records.map((record) => record.id), unaccepted: 'reload' });
    /** @type {import('./prepare').Prepared} */
    const prepared = readyWith(records);
    const overlay = openOverlay(plan, prepared, this.#host, { lastGood: true });
    const replaced = new Set([...overlay.planned].flatMap((record) => record.current ?? []));
    const staged = { overlay, plan, prepared, caller: request.caller };
    servers.beginStage((owner) => /** @type {ReadonlySet<Owner>} */ (replaced).has(owner));
    registry.overlay = overlay;
    this.#host.willStage(replaced);
    this.#state = { phase: 'working' };
    /** @type {StagedWork} */
    const work = {
      type: 'staged',
      staged,
      guard: new StageGuard(),
      replaced,
      restores: { changed, error },
    };
    try {
      evaluateStaged(staged, this.#host);
    } catch (cause) {
      return this.#notRestored(request, work, cause);
    }
    if (overlay.awaiting.size > 0) return work;
    return this.#end(request, work, this.#host.options.settleTimeoutMs);
  }

  /**
   * @param {Request} request
   * @param {import('../types').Outcome | 'planned'} outcome
   * @param {import('./host').Result} result
   * @param {import('../resources/traces').Snapshot} [before]
   * @returns {Done}
   */
  #done(request, outcome, result, before) {
    this.#overtaken = 0;
    this.#host.status.set('idle');
    const durationMs = nowMs() - request.startMs;
    return { type: 'done', outcome, result, durationMs, ...(before ? { before } : {}) };
  }

  /**
   * The error behind a report, with its cause.
   *
   * @param {ReloadReport} report
   */
  errorOf(report) {
    return this.#errors.get(report);
  }

  /**
   * @param {Request} request
   * @param {Done} done
   * @returns {Promise<void> | undefined} undefined if there was nothing to wait for
   */
  #publishLater(request, done) {
    const ended = this.#restored(request, done);
    if (ended.type === 'staged') return this.#settle(request, ended);
    this.#reports.add(() => void this.#publish(request, ended));
    return undefined;
  }

  /**
   * @param {Request} request
   * @param {Done} done
   */
  #publish({ changes }, { outcome, result, durationMs, before }) {
    const traces = before ? tracesSince(before) : [];
    const report = this.#host.makeReport(outcome, { ...result, traces }, durationMs);
    if (result.error) this.#errors.set(report, result.error);
    this.#host.publish(report);
    for (const { resolve } of changes.waiting.splice(0)) resolve(report);
    return report;
  }
}

/**
 * A version that has run its dispose handlers is restored by an evaluation: not without need.
 *
 * @param {StagedWork} work
 */
function canBeGivenUp({ replaced }) {
  return ![...replaced].some(({ isDisposed }) => isDisposed);
}

/**
 * Is there a way from one of `versions` to this owner? It goes with them then, unless something else asks for it.
 *
 * @param {Owner} owner
 * @param {Set<Version>} versions
 */
function isLedTo(owner, versions) {
  const reached = new Set(versions);
  for (const { imports, mentions } of reached) {
    for (const { current } of [...imports, ...mentions]) if (current) reached.add(current);
  }
  return /** @type {ReadonlySet<Owner>} */ (reached).has(owner);
}

/**
 * The files that a change is about: modules, or what modules have read.
 *
 * @param {import('./prepare').Prepared} prepared
 */
function changedPaths({ changed, causes }) {
  return [...new Set(changed.map((record) => causes.get(record) ?? record.path))];
}

exports.Transactions = Transactions;
