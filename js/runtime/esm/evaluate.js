'use strict';

/**
 * Runs the bodies of a linked graph in the order of ECMA-262, 16.2.1.5.3: each after what it asks for, and after what it
 * waits for where there is top-level await. A graph without any is evaluated when the call returns.
 */

const { connectRest, instantiate } = require('./bindings');
const { Capability, Cycle } = require('./evaluation');
const { EsModule } = require('./module');

/**
 * @typedef {import('./module').Module} Module
 * @typedef {{ isAsync: false } | { isAsync: true, promise: Promise<void> }} Outcome
 */

/** How many modules have become asynchronous so far. */
let asyncCount = 0;

/**
 * @param {Module} module linked
 * @returns {Outcome}
 * @throws {unknown} what a module of the graph threw: the same each time
 */
function evaluate(module) {
  if (!(module instanceof EsModule)) {
    module.evaluate();
    return { isAsync: false };
  }
  const { starting } = survey(module);
  if (starting.length === 0) return evaluateNow(module);
  const started = Promise.all(starting);
  return {
    isAsync: true,
    promise: started.then(async () => {
      const outcome = evaluateNow(module);
      if (outcome.isAsync) await outcome.promise;
    }),
  };
}

/**
 * @param {Module} module linked
 * @throws {Error} ERR_REQUIRE_ASYNC_MODULE if something of the graph has top-level await and is not evaluated,
 *   ERR_REQUIRE_CYCLE_MODULE if something of it is just evaluating: nothing has been evaluated then
 */
function evaluateSync(module) {
  if (module instanceof EsModule) {
    const { awaiting } = survey(module);
    if (awaiting) throw asyncModuleError(awaiting);
  }
  evaluate(module);
}

/**
 * What there is to evaluate.
 *
 * @param {EsModule} module
 * @returns {{ awaiting: EsModule | null, starting: Promise<unknown>[] }} awaiting: the first that has top-level await
 * @throws {Error} ERR_REQUIRE_CYCLE_MODULE
 */
function survey(module) {
  /** @type {EsModule | null} */
  let awaiting = null;
  /** @type {Promise<unknown>[]} */
  const starting = [];
  const seen = new Set([module]);
  for (const each of seen) {
    if (each.status === 'evaluating') throw cycleError(each);
    const { cycle } = each.evaluation;
    if (each.status === 'evaluated' || cycle?.failure) {
      awaiting ??= cycle?.root ?? null;
      continue;
    }
    if (each.hasTopLevelAwait || each.status === 'evaluating-async') awaiting ??= each;
    if (each.instance?.starting) starting.push(each.instance.starting);
    for (const dependency of each.dependencies) {
      if (dependency instanceof EsModule) seen.add(dependency);
    }
  }
  return { awaiting, starting };
}

/**
 * @param {EsModule} module
 * @returns {Outcome}
 */
function evaluateNow(module) {
  const { cycle } = module.evaluation;
  const root = cycle?.root ?? module;
  const { evaluation } = root;
  const failure = evaluation.failure ?? cycle?.failure;
  if (failure) throw failure.value;
  if (evaluation.capability) return { isAsync: true, promise: evaluation.capability.promise };
  if (root.status === 'evaluated') return { isAsync: false };
  /** @type {EsModule[]} */
  const stack = [];
  if (root.status === 'linked') {
    try {
      innerEvaluate(root, stack, 0);
    } catch (error) {
      for (const each of stack) fail(each, error);
      throw error;
    }
    if (evaluation.asyncOrder === null) return { isAsync: false };
  }
  evaluation.capability = new Capability();
  return { isAsync: true, promise: evaluation.capability.promise };
}

/**
 * @param {Module} module
 * @param {EsModule[]} stack
 * @param {number} index
 * @returns {number}
 */
function innerEvaluate(module, stack, index) {
  if (!(module instanceof EsModule)) {
    module.evaluate();
    return index;
  }
  if (module.status === 'evaluating-async' || module.status === 'evaluated') {
    const { failure } = module.evaluation;
    if (failure) throw failure.value;
    return index;
  }
  if (module.status === 'evaluating') return index;
  const { evaluation } = module;
  module.status = 'evaluating';
  evaluation.dfsIndex = index;
  evaluation.dfsAncestorIndex = index;
  stack.push(module);
  let next = index + 1;
  for (const dependency of module.dependencies) {
    next = innerEvaluate(dependency, stack, next);
    if (dependency instanceof EsModule) waitFor(module, dependency);
  }
  if (evaluation.pendingAsyncDependencies > 0 || module.hasTopLevelAwait) {
    evaluation.asyncOrder = ++asyncCount;
    if (evaluation.pendingAsyncDependencies === 0) executeAsync(module);
  } else {
    execute(module);
  }
  if (evaluation.dfsAncestorIndex === evaluation.dfsIndex) leaveCycle(module, stack);
  return next;
}

/**
 * @param {EsModule} module evaluating
 * @param {EsModule} dependency
 */
function waitFor(module, dependency) {
  const { evaluation } = module;
  let awaited = dependency;
  if (dependency.status === 'evaluating') {
    const { dfsAncestorIndex } = dependency.evaluation;
    evaluation.dfsAncestorIndex = Math.min(evaluation.dfsAncestorIndex, dfsAncestorIndex);
  } else {
    const { cycle } = dependency.evaluation;
    awaited = cycle?.root ?? dependency;
    const failure = awaited.evaluation.failure ?? cycle?.failure;
    if (failure) throw failure.value;
  }
  if (awaited.evaluation.asyncOrder === null) return;
  evaluation.pendingAsyncDependencies += 1;
  awaited.evaluation.asyncParents.push(module);
}

/**
 * @param {EsModule} root
 * @param {EsModule[]} stack
 */
function leaveCycle(root, stack) {
  const cycle = new Cycle(root);
  const members = stack.splice(stack.indexOf(root));
  for (const member of members) {
    member.status = member.evaluation.asyncOrder === null ? 'evaluated' : 'evaluating-async';
    member.evaluation.cycle = cycle;
  }
  if (root.status === 'evaluated') cycle.root = null;
}

/**
 * Runs the body of a module that does not await.
 *
 * @param {EsModule} module
 */
function execute(module) {
  const instance = module.instance ?? instantiate(module, () => connectRest(module));
  const { run } = instance;
  const { execute: executeIn } = module.host;
  if (executeIn) executeIn(module, run);
  else run();
}

/**
 * Runs the body of a module that awaits; what waits for it goes on when it has ended.
 *
 * @param {EsModule} module
 */
function executeAsync(module) {
  const instance = module.instance ?? instantiate(module, () => connectRest(module));
  const { run, starting } = instance;
  const {
    execute: executeIn = (/** @type {EsModule} */ _, /** @type {typeof run} */ body) => body(),
  } = module.host;
  const start = () => /** @type {Promise<unknown>} */ (executeIn(module, run));
  const end = starting ? starting.then(start) : start();
  end.then(
    () => didExecuteAsync(module),
    (error) => didFailAsync(module, error),
  );
}

/** @param {EsModule} module whose body has run to its end */
function didExecuteAsync(module) {
  if (module.status === 'evaluated') return;
  const ready = availableAncestors(module);
  complete(module);
  for (const each of ready.sort(byAsyncOrder)) {
    // One of those before it has thrown.
    if (each.status === 'evaluated') continue;
    if (each.hasTopLevelAwait) {
      executeAsync(each);
      continue;
    }
    try {
      execute(each);
    } catch (error) {
      didFailAsync(each, error);
      continue;
    }
    complete(each);
  }
}

/**
 * @param {EsModule} module
 * @param {unknown} error
 */
function didFailAsync(module, error) {
  if (module.status === 'evaluated') return;
  const { evaluation } = module;
  const { asyncParents, capability } = evaluation;
  fail(module, error);
  if (evaluation.cycle?.root === module) {
    evaluation.cycle.failure = evaluation.failure;
    evaluation.cycle.root = null;
  }
  for (const parent of asyncParents) didFailAsync(parent, error);
  capability?.reject(error);
}

/**
 * Modules that waited for this one last, in no particular order.
 *
 * @param {EsModule} module
 * @param {EsModule[]} found
 */
function availableAncestors(module, found = []) {
  for (const parent of module.evaluation.asyncParents) {
    const { evaluation } = parent;
    const { cycle } = evaluation;
    const hasFailed = evaluation.failure ?? cycle?.failure ?? cycle?.root?.evaluation.failure;
    if (found.includes(parent) || hasFailed) continue;
    evaluation.pendingAsyncDependencies -= 1;
    if (evaluation.pendingAsyncDependencies > 0) continue;
    found.push(parent);
    if (!parent.hasTopLevelAwait) availableAncestors(parent, found);
  }
  return found;
}

/**
 * @param {EsModule} a
 * @param {EsModule} b
 */
function byAsyncOrder(a, b) {
  return (a.evaluation.asyncOrder ?? 0) - (b.evaluation.asyncOrder ?? 0);
}

/** @param {EsModule} module that waited, and has evaluated */
function complete(module) {
  const { evaluation } = module;
  const { capability } = evaluation;
  end(module);
  if (evaluation.cycle?.root === module) evaluation.cycle.root = null;
  capability?.resolve();
}

/**
 * @param {EsModule} module
 * @param {unknown} error
 */
function fail(module, error) {
  module.evaluation.failure = { value: error };
  end(module);
}

/** @param {EsModule} module */
function end(module) {
  module.status = 'evaluated';
  module.evaluation.asyncOrder = null;
  module.evaluation.asyncParents = [];
  module.evaluation.capability = null;
}

/** @param {EsModule} module */
function asyncModuleError(module) {
  const message = `${module.url} has top-level await, so its graph cannot be loaded synchronously; import() can`;
  return Object.assign(new Error(message), { code: 'ERR_REQUIRE_ASYNC_MODULE' });
}

/** @param {EsModule} module */
function cycleError(module) {
  const message = `${module.url} is being evaluated: it cannot be asked for from its own evaluation`;
  return Object.assign(new Error(message), { code: 'ERR_REQUIRE_CYCLE_MODULE' });
}

exports.evaluate = evaluate;
exports.evaluateSync = evaluateSync;
