'use strict';

/**
 * Link is the last step in which no code of the program runs: whether what is going to be evaluated imports only what
 * there is, and whether modules that stay still find what they import. What is found here is refused.
 */

const { SafeHotError } = require('../errors');
const { frameAt } = require('../report/frame');
const { namedBy, topsOf } = require('./stage');
const { placed, syntaxError, unresolved } = require('./refusals');

/**
 * @typedef {import('../runtime/record').ModuleRecord} ModuleRecord
 * @typedef {import('../runtime/esm/draft').BrokenLink} BrokenLink
 */

/** A name as it stands in an import. */
const NAME = /^(?:[\p{ID_Continue}$]+|"[^"]*"|'[^']*')/u;

/**
 * @param {import('./stage').Staged} staged nothing of which has been evaluated
 * @param {import('./host').TransactionHost} host
 * @returns {SafeHotError | undefined} why it will not link
 */
function linkError(staged, host) {
  const broken = host.findBrokenLink(staged.overlay, toBeEvaluated(staged, host));
  if (!broken) return undefined;
  // They may be mended alone.
  for (const [file, fingerprint] of broken.newFiles ?? []) host.didRead(file, fingerprint);
  const record = causeOf(broken, staged.prepared, host.registry);
  const { path, source, error } = broken;
  const version = record.current?.number;
  if (broken.type === 'syntax') return syntaxError({ path, version }, source, error);
  const { line, column } = placed({ ...broken, endUtf16: broken.startUtf16 }, source);
  const rest = source.slice(broken.startUtf16).split('\n', 1)[0] ?? '';
  const endColumn = column + (NAME.exec(rest)?.[0].length ?? 1);
  const place = { specifier: broken.specifier, line, column, endColumn };
  if (broken.type === 'unresolved') {
    return unresolved({ path, importer: path, version }, place, source);
  }
  const details = { path: record.path, importer: path, line, column, version };
  const reason = String(error?.message ?? error);
  const failure = new SafeHotError('ERR_SAFE_HOT_LINK', { ...details, reason }, error);
  failure.frame = frameAt(source, place);
  return failure;
}

/**
 * The tops of the plan, and what is named on the ways from them.
 *
 * @param {import('./stage').Staged} staged
 * @param {import('./host').TransactionHost} host
 */
function toBeEvaluated(staged, host) {
  const { overlay, prepared } = staged;
  const reached = new Set(topsOf(staged, host.registry));
  for (const record of reached) {
    for (const named of namedBy(record, prepared)) {
      if (overlay.planned.has(named) && !prepared.gone.has(named)) reached.add(named);
    }
  }
  return reached;
}

/**
 * The changed module that is to blame: the one with the import, or the one that no longer has the export.
 *
 * @param {BrokenLink} broken
 * @param {import('./prepare').Prepared} prepared
 * @param {import('../runtime/registry').Registry} registry
 */
function causeOf({ path, requested }, { changed }, registry) {
  const candidates = [path, requested].flatMap((file) => (file && registry.lookup(file)) || []);
  return (
    candidates.find((record) => changed.includes(record)) ??
    /** @type {ModuleRecord} */ (changed[0])
  );
}

exports.linkError = linkError;
