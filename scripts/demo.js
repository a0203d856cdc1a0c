'use strict';

/*
 * `npm run demo`: an Express app that knows nothing of safe-hot, edited file by file under traffic. It works on a copy,
 * waits for what it expects (a report, an answer) and never for time to pass, and ends with exit code 1 if
 * anything came out differently.
 */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');
const { App } = require('./demo/app');
const { QUICK_EDITS, STORY } = require('./demo/story');
const { Traffic } = require('./demo/traffic');
const display = require('./demo/display');
const { copyExampleApp } = require('./example-app');
const { freePort } = require('./free-port');

const TIME_LIMIT_MS = 28_000;
/** Answers to background requests that each step lets through before the next one. */
const ANSWERS_BETWEEN_STEPS = 4;
const QUICK_EDIT_PAUSE_MS = 15;
/** Far more than the demo needs, and far less than a leak of the app per reload would take. */
const MOST_GROWTH_BYTES = 64 * 1024 * 1024;

/** @typedef {import('./demo/story').Step} Step */

/**
 * What a step needs, and what the summary is made of.
 *
 * @typedef {object} Run
 * @property {string} folder
 * @property {App} app
 * @property {Traffic} traffic
 * @property {number} modules how many hot modules the app has
 * @property {number} todoId a todo that was made before the first edit
 * @property {number} requests the app's own count of requests, which only rises while its state is kept
 * @property {number[]} reloadsMs
 * @property {number[]} servedMs from a save to the first answer by the new code
 */

/** Something did not come out as it must. */
class DemoFailure extends Error {}

async function main() {
  const controller = new AbortController();
  const { signal } = controller;
  const limit = setTimeout(
    () => controller.abort(new Error(`not done after ${TIME_LIMIT_MS} ms`)),
    TIME_LIMIT_MS,
  );
  const interrupt = () => controller.abort(new Error('interrupted'));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);

  const folder = copyApp();
  const port = await freePort();
  const app = new App(folder, { port, signal });
  const traffic = new Traffic({ port, signal });
  try {
    await tell({ folder, app, traffic });
  } catch (error) {
    const reason = signal.aborted ? signal.reason : error;
    display.print();
    display.print(display.paint('red', `demo FAILED: ${reason.message}`));
    if (app.log) display.printIndented(app.log);
    process.exitCode = 1;
  } finally {
    clearTimeout(limit);
    controller.abort(new Error('the demo is over'));
    traffic.stop();
    await app.stop();
    fs.rmSync(folder, { recursive: true, force: true });
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/** @param {{ folder: string, app: App, traffic: Traffic }} means */
async function tell({ folder, app, traffic }) {
  const { hot, cold, durationMs } = await app.ready();
  await traffic.listening();
  const todo = { userId: 1, title: 'Watch a reload' };
  const created = await traffic.request('/todos', { method: 'POST', json: todo });
  const before = await stats(traffic);
  /** @type {Run} */
  const run = {
    folder,
    app,
    traffic,
    modules: hot,
    todoId: JSON.parse(created ?? '{}').todo?.id,
    requests: before.requests.total,
    reloadsMs: [],
    servedMs: [],
  };
  display.print(`server.js ready in ${display.milliseconds(durationMs)}`);
  display.print(`${hot} modules of the app, ${cold} of its packages; requests go on all the time`);

  traffic.start();
  for (const [index, step] of STORY.entries()) {
    display.printHeading(index + 1, step);
    await take(run, step);
    await traffic.pass(ANSWERS_BETWEEN_STEPS);
  }
  display.printHeading(STORY.length + 1, {
    file: QUICK_EDITS.file,
    title: `${QUICK_EDITS.count} saves, one every ${QUICK_EDIT_PAUSE_MS} ms`,
  });
  await saveQuickly(run);
  await traffic.pass(ANSWERS_BETWEEN_STEPS);

  summarize(run, before, await stats(traffic));
}

/**
 * Makes the edit of one step, and holds its report and the app's answers against what the step says.
 *
 * @param {Run} run
 * @param {Step} step
 */
async function take(run, step) {
  const { app, traffic } = run;
  const file = path.join(run.folder, step.file);
  const before = fs.readFileSync(file, 'utf8');
  const after = edited(before, step);
  if (step.creates) {
    fs.writeFileSync(path.join(run.folder, step.creates.file), step.creates.text);
    run.modules += 1;
    display.printIndented(display.paint('green', `+ ${step.creates.file}`));
  }
  display.printDiff(before, after);

  const from = app.reportCount;
  const savedAt = performance.now();
  fs.writeFileSync(file, after);
  const served = step.outcome === 'committed' ? traffic.until(step.seen) : undefined;
  // A wrong outcome is the better explanation of an answer that does not come.
  served?.catch(() => {});
  const report = await app.reload(step.file, { from, expected: step.outcome });
  if (report.outcome !== step.outcome) {
    const message = report.error ? `: ${report.error.message}` : '';
    throw new DemoFailure(`${step.outcome} expected, the report says ${report.outcome}${message}`);
  }
  const facts = [`${report.outcome} in ${display.milliseconds(report.durationMs)}`];
  if (served) {
    const servedMs = (await served) - savedAt;
    run.reloadsMs.push(report.durationMs);
    run.servedMs.push(servedMs);
    facts.push(`served after ${display.milliseconds(servedMs)}`);
    facts.push(`${report.evaluated.length} of ${run.modules} modules evaluated`);
  } else {
    await checkOldCodeServes(run, step, report);
    facts.push('the code before it serves on');
  }
  display.printOutcome([...facts, await checkState(run)]);
}

/**
 * @param {Run} run
 * @param {Step} step
 * @param {import('./demo/app').Reload} report
 */
async function checkOldCodeServes({ traffic }, step, report) {
  const body = await traffic.request(step.seen.path);
  if (!body?.includes(step.seen.text)) {
    throw new DemoFailure(`the code before the edit no longer answers ${step.seen.path}`);
  }
  if (step.outcome === 'unchanged') return;

  if (!report.error?.frame) throw new DemoFailure(`the ${step.outcome} report has no code frame`);
  display.printIndented(display.paint('red', `✗ ${report.error.message}`));
  display.printIndented(report.error.frame);
}

/**
 * Saves a file many times with hardly a pause, in place and by rename in turn, as editors do. Saves may share a
 * transaction; the last one must be served.
 *
 * @param {Run} run
 */
async function saveQuickly(run) {
  const { app, traffic } = run;
  const file = path.join(run.folder, QUICK_EDITS.file);
  const from = app.reportCount;
  let savedAt = 0;

  for (let number = 1; number <= QUICK_EDITS.count; number++) {
    const text = QUICK_EDITS.text(number);
    savedAt = performance.now();
    if (number % 2 === 0) {
      fs.writeFileSync(file, text);
    } else {
      fs.writeFileSync(`${file}.tmp`, text);
      fs.renameSync(`${file}.tmp`, file);
    }
    if (number < QUICK_EDITS.count) await pause(QUICK_EDIT_PAUSE_MS);
  }
  const servedAt = await traffic.until(QUICK_EDITS.seen(QUICK_EDITS.count));

  // The report on a save without a change comes after those on all saves before it.
  const last = app.reportCount;
  fs.writeFileSync(file, QUICK_EDITS.text(QUICK_EDITS.count));
  await app.reload(QUICK_EDITS.file, { from: last, expected: 'unchanged' });
  const reloads = app.committed(from);
  run.reloadsMs.push(...reloads.map((reload) => reload.durationMs));
  display.printOutcome([
    `committed in ${reloads.length} reloads`,
    `median ${display.milliseconds(display.median(reloads.map((reload) => reload.durationMs)))}`,
    `the last save served after ${display.milliseconds(Math.max(0, servedAt - savedAt))}`,
    await checkState(run),
  ]);
}

/**
 * @param {Run} run
 * @returns {Promise<string>} what a person reads
 */
async function checkState(run) {
  const { todo } = JSON.parse((await run.traffic.request(`/todos/${run.todoId}`)) ?? '{}');
  if (todo?.title !== 'Watch a reload')
    throw new DemoFailure('the todo of before the edits is gone');

  const { requests, todos } = await stats(run.traffic);
  if (requests.total <= run.requests) throw new DemoFailure('the app lost its count of requests');
  run.requests = requests.total;
  return `state kept: ${todos} todos, ${requests.total} requests`;
}

/**
 * @param {Run} run
 * @param {Stats} before
 * @param {Stats} after
 */
function summarize({ traffic, reloadsMs, servedMs }, before, after) {
  const [rss, heap] = [
    [before.memory.rss, after.memory.rss],
    [before.memory.heapUsed, after.memory.heapUsed],
  ].map((pair) => pair.map(display.megabytes).join(' → '));
  const failed = traffic.failures.length;

  display.print();
  display.print(`requests  ${traffic.sent} sent, ${failed} failed`);
  display.print(`memory    ${rss} (heap ${heap})`);
  display.print(
    `reloads   ${reloadsMs.length}, median ${display.milliseconds(display.median(reloadsMs))}; ` +
      `from save to new code serving, median ${display.milliseconds(display.median(servedMs))}`,
  );
  for (const failure of traffic.failures.slice(0, 5)) display.printIndented(failure);

  if (failed > 0) throw new DemoFailure(`${failed} of ${traffic.sent} requests failed`);
  if (after.memory.rss - before.memory.rss > MOST_GROWTH_BYTES) {
    throw new DemoFailure(`the app's memory grew from ${rss}`);
  }
}

/** @typedef {{ requests: { total: number }, todos: number, memory: { rss: number, heapUsed: number } }} Stats */

/**
 * @param {Traffic} traffic
 * @returns {Promise<Stats>}
 */
async function stats(traffic) {
  const body = await traffic.request('/stats');
  if (body === undefined) throw new DemoFailure(`/stats failed: ${traffic.failures.at(-1)}`);
  return JSON.parse(body);
}

/**
 * @param {string} before
 * @param {Step} step
 */
function edited(before, { file, edits }) {
  return edits.reduce((text, [from, to]) => {
    if (text.split(from).length !== 2) throw new Error(`${file} must contain once: ${from}`);
    return text.replace(from, () => to);
  }, before);
}

/** A copy of the example app in a temporary folder, with the installed packages by link. */
function copyApp() {
  const temporary = fs.realpathSync(os.tmpdir());
  const folder = fs.mkdtempSync(path.join(temporary, 'safe-hot-demo-'));
  return copyExampleApp(folder);
}

main();
