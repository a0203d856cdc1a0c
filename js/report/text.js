'use strict';

/** One line a transaction, understood at a glance. */

const { styleText } = require('node:util');

/** @typedef {import('../types').Report} Report @typedef {import('../types').ReloadReport} ReloadReport */

const MARKS = /** @type {const} */ ({
  committed: ['✓', 'green'],
  unchanged: ['=', 'gray'],
  planned: ['?', 'cyan'],
  refused: ['✗', 'red'],
  'rolled-back': ['✗', 'red'],
  restored: ['✗', 'yellow'],
  'restart-required': ['!', 'yellow'],
});

/** How many names a list shows before it says how many more there are. */
const MOST_NAMES = 3;

/** A message of the catalogue: what failed, and after the last semicolon what the process holds now. */
const WHAT_AND_HOLDS =
  /^(.*?)(?:; ((?:version \d+ stays in use|nothing was changed|the process goes on)))?$/s;

const FRAME_LINE = /^([> ])( *\d* *)\|(.*)$/;

/**
 * @param {Report} report
 * @param {{ color: boolean }} options
 * @returns {string} lines, without the last line's end
 */
function textOf(report, { color }) {
  const paint = (/** @type {any} */ style, /** @type {string} */ text) =>
    color ? styleText(style, text, /** @type {any} */ ({ validateStream: false })) : text;
  if (report.type === 'ready') return readyText(report, paint);
  if (report.type === 'watch') return watchText(report, paint);
  if (report.type === 'retained') return retainedText(report, paint);
  if (report.type === 'end') return endText(report, paint);
  const [mark, style] = MARKS[report.outcome];
  return `${paint(style, mark)} ${bodyOf(report, paint)}`;
}

/** @typedef {(style: string, text: string) => string} Paint */

/**
 * @param {import('../types').ReadyReport} report
 * @param {Paint} paint
 */
function readyText({ entry, durationMs, hot, cold, folders }, paint) {
  const parts = [
    `${entry} ready in ${Math.round(durationMs)} ms`,
    `${count(hot, 'hot module')}, ${cold} cold`,
    `watching ${count(folders, 'folder')}`,
  ];
  return `${paint('cyan', 'safe-hot')}  ${parts.join(' · ')}`;
}

/**
 * @param {import('../types').WatchReport} report
 * @param {Paint} paint
 */
function watchText({ mode, reason }, paint) {
  const text = {
    native: 'told of changes again',
    polling: 'looking at the files by polling',
    closed: 'no longer watching',
  }[mode];
  return `${paint('yellow', '!')} ${text}${reason ? `: ${reason}` : ''}`;
}

/**
 * @param {import('../types').RetainedReport} report
 * @param {Paint} paint
 */
function retainedText({ path, version, inMemory }, paint) {
  const what = `${path}@${version} is still reachable, ${count(inMemory, 'version')} in memory`;
  return `${paint('yellow', '!')} ${what}: safe-hot doctor, or diagnose(), names the holder`;
}

/**
 * @param {import('../types').EndReport} report
 * @param {Paint} paint
 */
function endText({ entry, code, signal }, paint) {
  const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
  return `${paint(code === 0 ? 'cyan' : 'yellow', 'safe-hot')}  ${entry} ${how} · a save starts it again`;
}

/**
 * @param {ReloadReport} report
 * @param {Paint} paint
 */
function bodyOf(report, paint) {
  const time = paint('dim', `${formatMs(report.durationMs)} `);
  switch (report.outcome) {
    case 'committed':
      return `${time} ${[chainText(report), ...afterEffects(report, paint)].join(' · ')}`;
    case 'unchanged':
      return `${time} ${unchangedText(report.changed)}`;
    case 'planned':
      return `would evaluate ${chainText(report)}`;
    default:
      return `${report.outcome.replace('-', ' ')}  ${failureText(report, paint)}`;
  }
}

/** @param {string[]} changed */
function unchangedText(changed) {
  if (changed.length === 0) return 'nothing that is loaded has changed';
  return `${listed(changed)} saved without a change`;
}

/**
 * One change is shown with all that was on its way; of several, where they lead.
 *
 * @param {ReloadReport} report
 */
function chainText({ chains, changed, evaluated }) {
  if (chains.length === 1) return chains.flat().join(' → ');
  const tops = [...new Set(chains.flatMap((chain) => chain.at(-1) ?? []))];
  if (tops.length === 0) return listed(changed);
  const isOwnTop = tops.length === changed.length && tops.every((top) => changed.includes(top));
  const way = isOwnTop ? listed(changed) : `${listed(changed)} → ${listed(tops)}`;
  return evaluated.length > 0 ? `${way} · ${count(evaluated.length, 'module')} evaluated` : way;
}

/**
 * A list that still is one line when 300 files change at once.
 *
 * @param {string[]} names
 */
function listed(names) {
  const shown = names.length > MOST_NAMES + 1 ? names.slice(0, MOST_NAMES) : names;
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

/**
 * @param {ReloadReport} report
 * @param {Paint} paint
 */
function afterEffects({ handedOver, disposed, pruned, stale, failures, traces }, paint) {
  const parts = handedOver.map((address) => `${address} handed over`);
  if (disposed.length > 0) parts.push(disposedText(disposed));
  if (pruned.length > 0) parts.push(`${pruned.join(', ')} pruned`);
  const warnings = [
    ...(traces.length > 0 ? [`${traces.join(', ')} left behind`] : []),
    ...stale.map((each) => `${each.path}@${each.version} stays in use: ${each.reason}`),
    ...(failures ?? []).map((each) => `a dispose handler threw: ${each.message}`),
  ];
  return [...parts, ...warnings.map((text) => paint('yellow', text))];
}

/** @param {import('../types').DisposedReport[]} disposed */
function disposedText(disposed) {
  const kinds = new Map();
  for (const each of disposed) kinds.set(each.kind, (kinds.get(each.kind) ?? 0) + each.count);
  const owners = [...new Set(disposed.map(({ path, version }) => `${path}@${version}`))];
  const owner = owners.length === 1 ? owners[0] : `${owners.length} versions`;
  return `disposed ${[...kinds].map(([kind, n]) => count(n, kind)).join(', ')} of ${owner}`;
}

/**
 * @param {ReloadReport} report
 * @param {Paint} paint
 */
function failureText({ error, changed }, paint) {
  if (!error) return changed.join(', ');
  const frame = error.frame ? `\n${frameText(error.frame, paint)}` : '';
  // What went wrong, then what serves now.
  const [, what, holds] = /** @type {RegExpExecArray} */ (WHAT_AND_HOLDS.exec(error.message));
  const message = holds ? `${what} · ${holds}` : what;
  return `${message} ${paint('dim', error.code)}${frame}`;
}

/** @param {number} durationMs */
function formatMs(durationMs) {
  return durationMs < 100 ? `${durationMs.toFixed(1)} ms` : `${Math.round(durationMs)} ms`;
}

/**
 * The frame of a report, drawn for a terminal.
 *
 * @param {string} frame lines as `> 12 | text`
 * @param {Paint} paint
 */
function frameText(frame, paint) {
  const lines = frame.split('\n').map((line) => {
    const [, mark, gutter = '', text = ''] = FRAME_LINE.exec(line) ?? [undefined, ' ', '', line];
    if (mark === '>') return `${paint('red', '▸')}${gutter}│${text}`;
    return /^ *\^+$/.test(text) ? ` ${gutter}│${paint('red', text)}` : ` ${gutter}│${text}`;
  });
  return lines.map((line) => `  ${line}`).join('\n');
}

/**
 * @param {number} n
 * @param {string} noun
 */
function count(n, noun) {
  const ending = noun.endsWith('s') ? 'es' : 's';
  return `${n} ${noun}${n === 1 ? '' : ending}`;
}

exports.textOf = textOf;
