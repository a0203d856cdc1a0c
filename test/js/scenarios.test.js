'use strict';

/*
 * Each folder of `test/scenarios` is a claim: an app, its edits, and the reports of them. After each edit the app answers
 * what a fresh process does, or, where the edit was not taken, what it answered before.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { changesBetween, save, startApp } = require('../fuzz/app');
const { Reference } = require('../fuzz/reference');
const { readScenario } = require('../fuzz/scenario');
const { textOf } = require('../../js/report/text');

const SCENARIOS = path.join(__dirname, '..', 'scenarios');
const PACKAGE = path.join(__dirname, '..', '..');

describe('scenario', () => {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'safe-hot-scenarios-')));
  const reference = new Reference(path.join(folder, 'fresh'));

  after(async () => {
    await reference.end();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  for (const name of fs.readdirSync(SCENARIOS)) {
    it(name.replaceAll('-', ' '), async () => {
      const { main, steps } = readScenario(path.join(SCENARIOS, name));
      const [start = new Map(), ...edits] = steps;
      const root = path.join(folder, name);
      const app = startApp(root, start, { main, watches: false, safeHot: PACKAGE });
      try {
        await app.ask({ command: 'start' });
        const reports = await edit(app, { root, main, start, edits, reference });

        assertText(path.join(SCENARIOS, name, 'expected.txt'), reports.join(''));
      } finally {
        await app.end();
      }
    });
  }
});

/** @returns {Promise<string[]>} what was reported of each edit */
async function edit(app, { root, main, start, edits, reference }) {
  const reports = [];
  let [before, answer] = [start, await app.ask({ command: 'answer' })];
  await assertFresh(reference, main, start, answer);
  for (const [index, files] of edits.entries()) {
    const changes = changesBetween(before, files);
    save(root, changes, files);
    const report = await app.ask({
      command: 'told',
      files: changes.map((each) => [each.name, each.kind]),
    });
    const now = shown(await app.ask({ command: 'answer' }));
    if (['committed', 'unchanged'].includes(report.outcome)) {
      await assertFresh(reference, main, files, now);
    } else {
      assert.deepEqual(now, shown(answer), 'what is not taken changes nothing');
    }
    reports.push(`edit ${index + 1}\n${toText(report)}`);
    [before, answer] = [files, now];
  }
  assert.deepEqual(await app.ask({ command: 'leaks' }), [], 'no version stays in memory');
  return reports;
}

/** TypeScript cannot be run by every Node line, and is compared with the fuzzer's twin of it there. */
async function assertFresh(reference, main, files, answer) {
  if ([...files.keys()].some((name) => /\.[mc]?ts$/.test(name))) return;
  const fresh = await reference.answer(files, main);
  assert.deepEqual(shown(answer), shown(fresh.answer), fresh.error);
}

/** Of an app that the fuzzer has written: what its modules show. */
function shown(answer) {
  return answer?.modules ?? answer;
}

function toText(report) {
  const text = textOf({ ...report, durationMs: 1 }, { color: false });
  return `${text.replace(' 1.0 ms ', '')}\nevaluated: ${report.evaluated.join(', ')}\n\n`;
}

function assertText(file, actual) {
  if (process.env['UPDATE_SNAPSHOTS'] === '1') fs.writeFileSync(file, actual);
  assert.equal(actual, fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '');
}
