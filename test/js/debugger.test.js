'use strict';

/* What a debugger sees of hot modules over the inspector's protocol, and what people see of errors: the user's file. */

const assert = require('node:assert/strict');
const { makeApp } = require('../helpers/temp-app');

const PACKAGE = '{"name":"app","type":"module","safe-hot":{"exclude":["driver.cjs"]}}';

/** By file; each has `run(a)`, whose line with the comment is the place that matters. */
const MODULES = {
  'common.cjs': `let count = 0;
exports.run = function run(a) {
  count++;
  return look(a, count); // here
};
const look = (a, count) => new Error(a + count).stack;
`,
  'plain.js': `import './other.js'; export let count = 0;

export function run(a) { count++;
  return look(a, count); // here
}
const look = (a, count) => new Error(a + count).stack;
`,
  'other.js': 'export {};\n',
  'erased.ts': `interface Long {
  a: string;
}
export function run<T extends number>(a: T): string {
  return look(a as number); // here
}
const look = (a: number): string => new Error(String(a)).stack!;
`,
  'made.ts': `interface Long {
  a: string;
}

enum Level { Low, High }

export function run(a: number): string {
  return look(a + Level.Low); // here
}
const look = (a: number): string => new Error(String(a)).stack!;
`,
  'view.tsx': `interface Props { a: number }
const h = (type: string, props: Props) => props.a;

export function run(a: number): string {
  return look(<b a={a} />); // here
}
const look = (a: unknown): string => new Error(String(a)).stack!;
`,
};
const FILES = {
  ...MODULES,
  'package.json': PACKAGE,
  'tsconfig.json': '{ "compilerOptions": { "jsx": "react", "jsxFactory": "h" } }',
};
const NAMES = Object.keys(MODULES).filter((name) => name !== 'other.js');

/** The line of the place that matters, from 1, and its column in a stack trace. @param {string} name */
function placeOf(name) {
  const lines = MODULES[/** @type {keyof MODULES} */ (name)].split('\n');
  const index = lines.findIndex((line) => line.endsWith('// here'));
  return `${name}:${index + 1}:${/** @type {string} */ (lines[index]).indexOf('look(') + 1}`;
}

describe('a debugger', () => {
  it('stops at breakpoints in the current version, in the lines of the file', async () => {
    const app = makeApp(FILES);
    const places = Object.fromEntries(NAMES.map((name) => [name, placeOf(name)]));

    const seen = await app.drive(
      async ({ hot, at, edit }, given) => {
        const inspector = require('node:inspector');
        const { SourceMap } = require('node:module');
        const { pathToFileURL } = require('node:url');
        const session = new inspector.Session();
        session.connect();
        const post = (method, params) => {
          let outcome;
          session.post(method, params, (error, result) => (outcome = error ?? result));
          return outcome;
        };
        const scripts = [];
        const stops = [];
        const breakpoints = new Map();
        const name = (url) => url.split('/').at(-1);
        const mapOf = ({ sourceMapURL }) => {
          const data = sourceMapURL.split('base64,')[1];
          return new SourceMap(JSON.parse(Buffer.from(data, 'base64').toString()));
        };
        const original = ({ scriptId, lineNumber, columnNumber }) => {
          const script = scripts.find((each) => each.scriptId === scriptId);
          if (!script.sourceMapURL)
            return `${name(script.url)}:${lineNumber + 1}:${columnNumber + 1}`;
          const entry = mapOf(script).findEntry(lineNumber, columnNumber);
          return `${name(entry.originalSource)}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
        };
        const generatedLine = (script, line) => {
          const map = mapOf(script);
          for (let at = 0; at <= script.endLine; at += 1) {
            if (map.findEntry(at, 200).originalLine === line) return at;
          }
        };
        const setBreakpoint = (url, lineNumber) => {
          breakpoints.set(url, lineNumber);
          post('Debugger.setBreakpointByUrl', { url, lineNumber, condition: 'a > 1' });
        };
        session.on('Debugger.scriptParsed', ({ params }) => {
          if (!params.url.startsWith(pathToFileURL(at('')).href)) return;
          scripts.push(params);
          if (!params.sourceMapURL || breakpoints.has(params.url)) return;
          const [, line] = given[name(params.url)].split(':');
          setBreakpoint(params.url, generatedLine(params, Number(line) - 1));
        });
        session.on('Debugger.paused', ({ params }) => {
          const [{ callFrameId, location, functionName }] = params.callFrames;
          const { result } = post('Debugger.evaluateOnCallFrame', { callFrameId, expression: 'a' });
          stops.push([original(location), functionName, result.value, location.scriptId]);
        });
        post('Debugger.enable');
        for (const [file, place] of Object.entries(given)) {
          const isMapped = file === 'made.ts' || file === 'view.tsx';
          const line = Number(place.split(':')[1]) - 1;
          if (!isMapped) setBreakpoint(pathToFileURL(at(file)).href, line);
        }

        // From the first hot ES module on, Node's own `import` gives hot ones too.
        hot.versions();
        require(at('other.js'));
        const modules = {};
        for (const file of Object.keys(given))
          modules[file] = await import(pathToFileURL(at(file)).href);
        const run = () => {
          stops.length = 0;
          const stacks = {};
          for (const file of Object.keys(given)) {
            const current = file.endsWith('.cjs') ? require(at(file)) : modules[file];
            current.run(1);
            stacks[file] = current
              .run(2)
              .split('\n')[2]
              .match(/[\w.]+:\d+:\d+(?=\)|$)/)[0];
          }
          return {
            stacks,
            stops: stops.map(([place, functionName, a]) => [place, functionName, a]),
            areCurrent: stops.every(([place, , , scriptId]) => {
              const { href } = pathToFileURL(at(place.split(':')[0]));
              const own = scripts.filter(({ url }) => url === href);
              return own.at(-1).scriptId === scriptId;
            }),
            scripts: Object.keys(given).map((file) => {
              return scripts.filter(({ url }) => url === pathToFileURL(at(file)).href).length;
            }),
          };
        };
        const first = run();
        for (let n = 1; n <= 10; n += 1) {
          const changed = Object.keys(given).map((file) => at(file));
          for (const file of Object.keys(given)) {
            edit(file, (text) => `${text.replace(/\/\/ \d+\n/, '')}// ${n}\n`);
          }
          await hot.reload(changed);
        }
        const startLines = new Set(scripts.map(({ startLine }) => startLine));
        const sources = scripts
          .filter(({ sourceMapURL }) => sourceMapURL)
          .map((script) => mapOf(script).payload.sources.map((source) => source === script.url));
        return { first, last: run(), startLines: [...startLines], sources: sources.flat() };
      },
      { data: places, driver: 'driver.cjs' },
    );

    const expected = {
      stacks: places,
      stops: NAMES.map((name) => [places[name]?.replace(/:\d+$/, ':3'), 'run', 2]),
      areCurrent: true,
    };
    assert.deepEqual(seen.first, { ...expected, scripts: NAMES.map(() => 1) });
    assert.deepEqual(seen.last, { ...expected, scripts: NAMES.map(() => 11) });
    assert.deepEqual(seen.startLines, [0]);
    assert.ok(seen.sources.every(Boolean));
  });
});
