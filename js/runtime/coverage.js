'use strict';

/**
 * Coverage of hot modules, as offsets of their files. With NODE_V8_COVERAGE set, as c8 does, Node writes at the end how
 * often each part of each script has run, and tools take the URL of a script for a file, and its offsets for that file's.
 * A hot module is another text than its file, and one for each version. So what Node has written is told anew: in
 * offsets of the source, without what was added to it, and only for the texts that the files hold now. Versions with one
 * text are counted together by the tools themselves.
 *
 * V8 does not say which text a script is: so each text has its number, as the name of a function on its last line.
 */

const { readdirSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { fileURLToPath, pathToFileURL } = require('node:url');
const { replaceMap } = require('./source-maps');

/**
 * @typedef {object} Text
 * @property {string} filename
 * @property {number} start where in the script the user's text begins
 * @property {number} length of what stands there
 * @property {number[][]} [moves] where that is longer or shorter than the source, for each pass of edits, the last first:
 *   offset, length, length before
 * @property {string} [map] JSON source map of what stands there, if it was made anew
 * @property {string} [code] what stands there, if it need not be the file's text
 * @property {string | undefined} [defaultFunction] the name that an anonymous default function was given
 * @property {boolean} hasOwnMap does the text name a source map itself?
 * @property {string | null} [fingerprint] of the file when the text was made of it; undefined if it never ran
 *
 * @typedef {{ functionName: string, isBlockCoverage: boolean, ranges: Range[] }} FunctionCoverage
 * @typedef {{ startOffset: number, endOffset: number, count: number }} Range
 * @typedef {{ scriptId: string, url: string, functions: FunctionCoverage[] }} ScriptCoverage
 * @typedef {{ result: ScriptCoverage[], 'source-map-cache'?: Record<string, any> }} Report
 */

/** Where Node writes, made absolute by it. */
const FOLDER = process.env['NODE_V8_COVERAGE'];
/** Other threads count texts of their own. */
let prefix = '';

/** By the names of the functions on their last lines. @type {Map<string, Text>} */
const texts = new Map();
/** Of the files that are told anew. @type {Set<string>} */
const hotUrls = new Set();
/** Of a file as it is; unset where no one asks for coverage. @type {((filename: string) => string | null) | undefined} */
let fingerprintNow;

/** @param {(filename: string) => string | null} fingerprint of a file as it is */
function beginCoverage(fingerprint) {
  if (!FOLDER || fingerprintNow) return;
  fingerprintNow = fingerprint;
  prefix = `safeHotText${require('node:worker_threads').threadId}_`;
  tellAtEnd(FOLDER);
}

/**
 * The name that the function on the last line of a text is to have.
 *
 * @param {() => Text} describe called if anyone wants to know
 */
function nameText(describe) {
  if (!fingerprintNow) return 'token';
  const name = `${prefix}${texts.size}`;
  texts.set(name, describe());
  return name;
}

/** After all that listens for the end, since that is covered too. @param {string} folder */
function tellAtEnd(folder) {
  const { emit } = process;
  process.emit = /** @type {any} */ (
    function (/** @type {string} */ name, /** @type {unknown[]} */ ...args) {
      try {
        return Reflect.apply(emit, process, [name, ...args]);
      } finally {
        if (name === 'exit') tellAll(folder);
      }
    }
  );
}

/** @param {string} folder */
function tellAll(folder) {
  // Node writes once more after us: of the counts what has run since, which is nothing of the program's, and all maps
  // that it knows by then. To stop it would have Node say on standard error that it found nothing to write.
  require('node:v8').takeCoverage();
  const own = readdirSync(folder).filter((name) => name.startsWith(`coverage-${process.pid}-`));
  for (const name of own) {
    const file = path.join(folder, name);
    const json = readFileSync(file, 'utf8');
    // Other threads write their own, maybe just now.
    if (!json.includes(prefix)) continue;
    const report = toldAnew(JSON.parse(json));
    writeFileSync(file, JSON.stringify(report));
    for (const [url, { data, lineLengths }] of Object.entries(report['source-map-cache'] ?? {})) {
      if (hotUrls.has(url) && data) replaceMap(fileURLToPath(url), lineLengths, data);
    }
  }
}

/**
 * @param {Report} report
 * @returns {Report}
 */
function toldAnew(report) {
  const known = report.result.map((script) => ({ script, text: textOf(script) }));
  for (const { script, text } of known) if (text) hotUrls.add(script.url);
  const sourceMaps = { ...report['source-map-cache'] };
  const result = known.flatMap(({ script, text }) => {
    if (!hotUrls.has(script.url)) return [script];
    if (!text || text.fingerprint === undefined) return [];
    if (text.fingerprint !== fingerprintNow?.(text.filename)) return [];
    giveMap(sourceMaps, script.url, text);
    return [{ ...script, functions: functionsOf(script, text) }];
  });
  return { ...report, result, 'source-map-cache': sourceMaps };
}

/** @param {ScriptCoverage} script */
function textOf({ functions }) {
  const named = functions.find(({ functionName }) => texts.has(functionName));
  return named && texts.get(named.functionName);
}

/**
 * @param {Record<string, any>} sourceMaps as Node writes them, by URL
 * @param {string} url
 * @param {Text} text
 */
function giveMap(sourceMaps, url, { filename, map, code, hasOwnMap }) {
  const known = sourceMaps[url];
  if (map) {
    const data = { ...JSON.parse(map), sources: [pathToFileURL(filename).href] };
    sourceMaps[url] = { lineLengths: lineLengths(code ?? ''), data, url: null };
  } else if (known) {
    const lengths = lineLengths(code ?? readFileSync(filename, 'utf8'));
    // What Node knows may be the map of a text before this one.
    const data = hasOwnMap ? known.data : lineByLine(filename, lengths.length);
    sourceMaps[url] = { ...known, data, lineLengths: lengths };
  }
}

/**
 * The map of a text that is its file.
 *
 * @param {string} filename
 * @param {number} lines
 */
function lineByLine(filename, lines) {
  const sources = [pathToFileURL(filename).href];
  return { version: 3, sources, names: [], mappings: `AAAA${';AACA'.repeat(lines - 1)}` };
}

/** @param {string} text */
function lineLengths(text) {
  return text.split(/[\n\u2028\u2029]/).map(({ length }) => length);
}

/**
 * @param {ScriptCoverage} script
 * @param {Text} text
 * @returns {FunctionCoverage[]} the first is the module itself
 */
function functionsOf({ functions }, text) {
  const end = text.start + text.length;
  const around = functions.filter(({ ranges }) => spans(ranges, text.start, end));
  const inside = functions.filter(({ ranges: [range] }) => {
    return range && range.startOffset >= text.start && range.endOffset <= end;
  });
  return [...around.slice(-1), ...inside].map(({ functionName, ranges, ...rest }) => ({
    functionName: functionName === text.defaultFunction ? 'default' : functionName,
    ...rest,
    ranges: rangesOf(ranges, text),
  }));
}

/**
 * @param {Range[]} ranges of a function
 * @param {number} start
 * @param {number} end
 */
function spans([range], start, end) {
  return range !== undefined && range.startOffset <= start && range.endOffset > end;
}

/**
 * @param {Range[]} ranges
 * @param {Text} text
 */
function rangesOf(ranges, text) {
  const end = text.start + text.length;
  return ranges
    .filter(({ startOffset, endOffset }) => startOffset < end && endOffset > text.start)
    .map(({ startOffset, endOffset, count }) => ({
      startOffset: sourceOffset(startOffset, text),
      endOffset: sourceOffset(endOffset, text),
      count,
    }));
}

/**
 * @param {number} offset in the script
 * @param {Text} text
 * @returns {number} in the source, or in the text that a map is about
 */
function sourceOffset(offset, { start, length, moves = [] }) {
  const place = Math.min(Math.max(offset - start, 0), length);
  return moves.reduce(offsetBefore, place);
}

/**
 * @param {number} place in an edited text
 * @param {number[]} moves
 * @returns {number} in the text before
 */
function offsetBefore(place, moves) {
  let surplus = 0;
  for (let index = 0; index < moves.length; index += 3) {
    const [at = 0, length = 0, before = 0] = moves.slice(index, index + 3);
    if (place <= at) break;
    if (place < at + length) return at - surplus + Math.min(place - at, before);
    surplus += length - before;
  }
  return place - surplus;
}

/**
 * The text is being run, as what the file holds: before that it is none of it.
 *
 * @param {string} name
 * @param {string | null} fingerprint
 */
function didRun(name, fingerprint) {
  const text = texts.get(name);
  if (text) text.fingerprint = fingerprint;
}

exports.beginCoverage = beginCoverage;
exports.didRun = didRun;
exports.nameText = nameText;
