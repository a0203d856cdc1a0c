'use strict';

/**
 * What watching costs: the tiny app in a project with many other files, which are no modules of it. From a save to the
 * answer with the new code, processor time while nothing happens, and memory, of each tool with all its processes.
 */

const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');
const { editedText, tinyApp } = require('./lib/app');
const { megabytes, median, ms, percentile } = require('./lib/stats');
const { TOOLS, start, stop, untilServed } = require('./lib/tools');

const SIZES = [1_000, 50_000];
const FILES_A_FOLDER = 500;
const SAVES = 30;
const MISSED_AFTER_MS = 3_000;
/** A tool that has missed so many will miss the others. */
const MOST_MISSED = 4;
const PAUSE_MS = 100;
const IDLE_MS = 5_000;
/** In which `/proc` counts processor time: `getconf CLK_TCK` is 100 on every Linux that Node runs on. */
const TICK_MS = 10;

/** @returns {Promise<import('./lib/readme').Result>} */
async function run() {
  if (process.platform !== 'linux') throw new Error('this bench reads /proc');
  const rows = [];
  for (const [name, tool] of Object.entries(TOOLS)) {
    const cells = [];
    for (const size of SIZES) cells.push(await measure(name, tool, size));
    const columns = [0, 1, 2].flatMap((index) => cells.map((each) => each[index] ?? ''));
    process.stderr.write(`  ${[name, ...columns].join('  ')}\n`);
    rows.push([name, ...columns]);
  }
  const heads = [
    'a save is served',
    `processor time in ${IDLE_MS / 1_000} s of nothing`,
    'memory',
  ].flatMap((what) => SIZES.map((size) => `${what}, ${size.toLocaleString('en')} files`));
  return {
    setting: `one tool after the other, median of ${SAVES} saves each, and p95; memory is the resident memory of all processes of the tool and of the app`,
    rows: [['', ...heads], ...rows],
    budgets: [],
  };
}

/**
 * @param {string} name
 * @param {import('./lib/tools').Tool} tool
 * @param {number} size how many files there are besides
 * @returns {Promise<string[]>} a save, the idle time, the memory
 */
async function measure(name, tool, size) {
  const app = tinyApp(tool.format);
  for (let file = 0; file < size; file += 1) {
    app.files[`assets/${Math.floor(file / FILES_A_FOLDER)}/${file}.js`] = '';
  }
  const running = await start(name, tool, app);
  try {
    if (!running.isAlive) return ['did not start', '', ''];
    /** @type {number[]} */
    const took = [];
    let missed = 0;
    for (let save = 0; save <= SAVES && missed < MOST_MISSED; save += 1) {
      const value = `value ${save} of the bench`;
      const from = performance.now();
      fs.writeFileSync(path.join(running.folder, app.edited), editedText(app, value));
      const at = await untilServed(running, value, MISSED_AFTER_MS);
      if (at === undefined) missed += 1;
      else if (save > 0) took.push(at - from);
      await pause(PAUSE_MS);
    }
    const before = processesOf(running).cpuMs;
    await pause(IDLE_MS);
    const { cpuMs, rssBytes } = processesOf(running);
    return [inWords(took, missed), `${cpuMs - before} ms`, megabytes(rssBytes)];
  } finally {
    stop(running);
  }
}

/**
 * @param {number[]} took each save that was served
 * @param {number} missed how many were not
 */
function inWords(took, missed) {
  if (took.length === 0) return 'never';
  const served = `${ms(median(took))} (p95 ${ms(percentile(took, 95))})`;
  return missed > 0 ? `${served}, ${missed} never` : served;
}

/**
 * All processes of the group that a tool was started in.
 *
 * @param {import('./lib/tools').Running} running
 */
function processesOf({ child }) {
  let [cpuMs, rssBytes] = [0, 0];
  for (const pid of fs.readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    const fields = statOf(pid);
    if (Number(fields[2]) !== child.pid) continue;
    cpuMs += (Number(fields[11]) + Number(fields[12])) * TICK_MS;
    rssBytes += Number(fields[21]) * 4_096;
  }
  return { cpuMs, rssBytes };
}

/** The fields of `/proc/<pid>/stat` from the state on: a name may have spaces in it. @param {string} pid */
function statOf(pid) {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

module.exports = { run };
