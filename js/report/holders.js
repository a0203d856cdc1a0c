'use strict';

/** Who holds an old version, in the words of its user: V8's way from the root to what it holds, told by its end. */

const path = require('node:path');
const { sizeText } = require('./size');

/**
 * @typedef {import('../binding').NativeStep} Step
 * @typedef {import('../types').Holder} Holder
 *
 * @typedef {{ kind: import('../types').HolderKind, role: string }} Role
 *
 * @typedef {object} Anchor the last thing on the way that the user knows by name
 * @property {number} at the step that leads to its value
 * @property {string} name as in the source: `jobs`, `exports.jobs`, `globalThis`
 * @property {string | null} file
 * @property {string} where of the variable's function, empty for a module's own
 * @property {number | null} line
 */

/** @type {Record<import('../types').HolderKind, string>} */
const ADVICE = {
  listener: 'Remove it in hot.dispose(), or let the version own the emitter with hot.use().',
  timer: 'Clear it in hot.dispose(), or give it to hot.use(() => clearInterval(timer)).',
  promise: 'A promise that never settles keeps all that waits for it: settle it in hot.dispose().',
  children:
    "Node's own list: hotReload() takes a module out of it, decache and clear-module do not.",
  'weak-map': 'The key outlives the version: delete the entry in hot.dispose().',
  finalization: 'A held value lives as long as its object: hold plain data, and no function.',
  'async-context':
    'A store lives as long as anything that began in it: end that in hot.dispose(), or keep plain data in the store.',
  global: 'Keep what all versions share with hot.keep(), which holds no code.',
  instance: 'Its class is of the old version: take it out in hot.dispose(), or share plain data.',
  bound: 'A bound function keeps the function: take it out in hot.dispose().',
  cold: 'A package does not follow reloads: give it a function that looks the module up at each call.',
  stack: 'Code of the old version is still running, or waits.',
  collection: 'Take it out in hot.dispose(), or keep plain data there.',
  variable: 'Import it at the place of use, or accept the module so that the variable is set anew.',
};

/** Timers and immediates, and the property in which Node keeps what they call. */
const CALLBACKS = ['_onTimeout', '_onImmediate', '_callback'];

/**
 * @param {Step[]} steps from the root to what is held
 * @param {(file: string) => string} nameOf a file, for people
 * @param {(file: string, variable: string) => number | null} lineOf the line where a variable is declared
 * @returns {Holder}
 */
function holderOf(steps, nameOf, lineOf) {
  const anchor = anchorOf(steps, lineOf);
  const way = steps.slice(anchor.at + 1);
  const { kind, role } = roleOf(steps, way, anchor);
  const held = heldText(/** @type {Step} */ (steps.at(-1)), nameOf);
  const place = anchor.file === null ? '' : ` of ${placeText(nameOf(anchor.file), anchor)}`;
  const isCold = anchor.file !== null && isInPackage(anchor.file);
  return {
    kind,
    file: anchor.file === null ? null : nameOf(anchor.file),
    line: anchor.line,
    name: anchor.name,
    text: `${held} ${role}${kind === 'timer' ? '' : place}`,
    advice: isCold && ['variable', 'collection'].includes(kind) ? ADVICE.cold : ADVICE[kind],
    retainedBytes: steps.at(-1)?.retainedSize ?? 0,
    path: steps.map((step) => stepText(step, nameOf)),
  };
}

/**
 * What a source calls the object that steps lead to.
 *
 * @param {Step[]} steps from the root
 * @param {(file: string) => string} nameOf a file, for people
 * @param {(file: string, variable: string) => number | null} lineOf the line where a variable is declared
 * @returns {string | null} null if it has no name
 */
function thingOf(steps, nameOf, lineOf) {
  if (steps.length === 0) return null;
  const anchor = anchorOf(steps, lineOf);
  if (anchor.file === null || anchor.at === -1) return null;
  const name = accessText(anchor.name, steps.slice(anchor.at + 1));
  return `\`${name}\` of ${placeText(nameOf(anchor.file), anchor)}`;
}

/**
 * @param {Step[]} steps
 * @param {(file: string, variable: string) => number | null} lineOf
 * @returns {Anchor}
 */
function anchorOf(steps, lineOf) {
  for (let at = steps.length - 1; at >= 0; at -= 1) {
    const step = /** @type {Step} */ (steps[at]);
    const before = steps[at - 1];
    const scope = before?.place;
    if (step.edgeKind === 'context' && scope && isUsers(scope.file)) {
      const { file } = scope;
      const where = scope.function;
      return { at, name: step.edge, file, where, line: lineOf(file, step.edge) };
    }
    const module = step.node === 'Module' ? step.place : undefined;
    if (module && isUsers(module.file) && at < steps.length - 1) {
      const first = /** @type {Step} */ (steps[at + 1]);
      const isExports = first.edge === 'exports' || first.edge.startsWith('<symbol node:module_e');
      const name = isExports ? 'exports' : first.edge;
      return { at: at + 1, name, file: module.file, where: '', line: null };
    }
  }
  const at = steps.findIndex(({ node }) => node === 'global' || node.startsWith('global '));
  const name = at === -1 ? '' : 'globalThis';
  return { at, name, file: null, where: '', line: null };
}

/**
 * @param {Step[]} steps
 * @param {Step[]} way from the anchor's value on
 * @param {Anchor} anchor
 * @returns {Role}
 */
function roleOf(steps, way, anchor) {
  const last = /** @type {Step} */ (steps.at(-1));
  const names = steps.map(({ node }) => node);
  const index = (/** @type {(step: Step) => boolean} */ is) => way.findLastIndex(is);
  // What no variable leads to is told by its class.
  const upTo = (/** @type {number} */ at) =>
    anchor.name === '' ? (way[at - 1]?.node ?? '') : accessText(anchor.name, way.slice(0, at));

  if (anchor.name === 'children' && last.node === 'Module') {
    return { kind: 'children', role: 'is in the `children` array' };
  }
  if (steps.some(({ edge }) => CALLBACKS.includes(edge)) && names.includes('Timeout')) {
    return { kind: 'timer', role: 'is the callback of a timer' };
  }
  if (steps.some(({ edge }) => edge === '_onImmediate')) {
    return { kind: 'timer', role: 'is the callback of an immediate' };
  }
  const events = index(({ edge }) => edge === '_events');
  const store = storeIndex(way);
  if (store > events) {
    const named = anchor.file === null ? undefined : `\`${upTo(store)}\``;
    const keeper = named ?? way.slice(0, store).findLast(({ node }) => KEEPER.test(node))?.node;
    const kept = keeper === undefined ? '' : `, kept by ${keeper}`;
    const access = accessText('store', way.slice(store + 1));
    return { kind: 'async-context', role: `is \`${access}\` of an AsyncLocalStorage${kept}` };
  }
  if (events !== -1) {
    const event = way[events + 1]?.edge.replace(/^<symbol (.*)>$/, '$1') ?? '';
    return { kind: 'listener', role: `is a listener of '${event}' on \`${upTo(events)}\`` };
  }
  const target = index(({ edge }) => edge === '<symbol kEvents>');
  if (target !== -1) {
    return { kind: 'listener', role: `is an event listener of \`${upTo(target)}\`` };
  }
  const reaction = index(({ edge }) => edge === 'reactions_or_result');
  if (reaction !== -1) {
    return { kind: 'promise', role: `waits for the promise \`${upTo(reaction)}\`` };
  }
  const pair = index(({ edgeKind }) => edgeKind === 'ephemeron');
  if (pair !== -1) {
    const role = `is the value of a WeakMap whose key is \`${upTo(pair)}\``;
    return { kind: 'weak-map', role };
  }
  const cell = way.findIndex(({ node }) => node === 'system / WeakCell');
  if (cell !== -1) {
    const role = `is what the FinalizationRegistry \`${upTo(cell)}\` hands on`;
    return { kind: 'finalization', role };
  }
  if (anchor.file === null) {
    if (anchor.name === '') return { kind: 'stack', role: `is held by ${rootText(steps)}` };
    return { kind: 'global', role: `is \`${upTo(way.length)}\`` };
  }
  return collectionRole(way, anchor, last);
}

/** The class of an object that a person may know. */
const KEEPER = /^(?!AsyncContextFrame)[A-Z][\w$]*$/;

/**
 * Where a way leads to what `AsyncLocalStorage.run` was given: a property of each resource up to Node 22, a value of a map that
 * promises and resources have since.
 *
 * @param {Step[]} way
 * @returns {number} -1 if it does not
 */
function storeIndex(way) {
  const own = way.findLastIndex(({ edge }) => edge === '<symbol kResourceStore>');
  const frame = way.findLastIndex(({ node }) => node === 'AsyncContextFrame');
  // After the frame come its table and an entry of that.
  return frame !== -1 && way[frame + 1]?.edge === 'table' && frame + 2 < way.length
    ? Math.max(own, frame + 2)
    : own;
}

/**
 * @param {Step[]} way
 * @param {Anchor} anchor
 * @param {Step} last
 * @returns {Role}
 */
function collectionRole(way, anchor, last) {
  const isBound = last.edge === 'bound_function';
  const plain = isBound ? way.slice(0, -1) : way;
  const verb = isBound ? 'is bound by a function in' : 'is in';
  const table = plain.findLastIndex(({ edge }) => edge === 'table');
  const name = `\`${accessText(anchor.name, table === -1 ? plain : plain.slice(0, table))}\``;
  if (table !== -1) return { kind: isBound ? 'bound' : 'collection', role: `${verb} ${name}` };
  if (isBound) return { kind: 'bound', role: `${verb} ${name}` };
  if (last.nodeKind !== 'closure') return { kind: 'instance', role: `is ${name}` };
  const isInside = plain.some(({ edgeKind }) => edgeKind === 'element' || edgeKind === 'property');
  return { kind: isInside ? 'collection' : 'variable', role: `is ${name}` };
}

/**
 * How a program reaches a value: `bus`, `exports.jobs[1]`. What V8 keeps to itself is left out.
 *
 * @param {string} name
 * @param {Step[]} way
 */
function accessText(name, way) {
  let text = name;
  for (const { edgeKind, edge } of way) {
    if (edgeKind === 'element') text += `[${edge}]`;
    else if (edgeKind === 'property' || edgeKind === 'context') text += propertyText(edge);
  }
  return text;
}

/** @param {string} edge */
function propertyText(edge) {
  const symbol = /^<symbol (.*)>$/.exec(edge);
  if (symbol) return `[Symbol(${symbol[1]})]`;
  return /^#?[\w$]+$/.test(edge) ? `.${edge}` : `[${JSON.stringify(edge)}]`;
}

/**
 * @param {Step} step
 * @param {(file: string) => string} nameOf
 */
function heldText({ nodeKind, node, place }, nameOf) {
  if (nodeKind === 'closure') {
    const at = place ? ` (${nameOf(place.file)}${place.line ? `:${place.line}` : ''})` : '';
    return `${node ? `function ${node}` : 'a function'}${at}`;
  }
  if (node === 'Module') return 'the module object';
  return node === 'Object' ? 'an object with its functions' : `an instance of ${node}`;
}

/**
 * @param {string} file
 * @param {Anchor} anchor
 */
function placeText(file, { where, line }) {
  const at = line === null ? file : `${file}:${line}`;
  return where === '' ? at : `${where}() in ${at}`;
}

/**
 * @param {Step} step
 * @param {(file: string) => string} nameOf
 */
function stepText({ edgeKind, edge, node, nodeKind, id, place, retainedSize }, nameOf) {
  const way = edgeKind === 'ephemeron' ? 'value in a WeakMap' : edge;
  const at = place ? ` ${nameOf(place.file)}${place.line ? `:${place.line}` : ''}` : '';
  return `${way} → ${node || `(${nodeKind})`} @${id}${at}, ${sizeText(retainedSize)}`;
}

/** @param {Step[]} steps */
function rootText(steps) {
  const root = steps.findLast(({ nodeKind, node }) => nodeKind === 'synthetic' && node !== '');
  return root ? `V8, under ${root.node}` : 'V8';
}

const OWN_FOLDER = path.dirname(__dirname) + path.sep;

/** Neither Node's own nor ours. @param {string} file */
function isUsers(file) {
  return !file.startsWith('node:') && !file.startsWith(OWN_FOLDER);
}

/** @param {string} file */
function isInPackage(file) {
  return file.split(/[\\/]/).includes('node_modules');
}

exports.holderOf = holderOf;
exports.thingOf = thingOf;
