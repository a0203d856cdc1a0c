'use strict';

/**
 * Small graphs of ES modules, each for one rule of the language. `main.mjs` is the entry; `log`, `attempt`,
 * `attemptKind`, `outcomeOf` and `describe` are globals of `esm-runner.js`.
 *
 * @type {Record<string, Record<string, string>>}
 */
const GRAPHS = {
  // Values.
  'named imports of each kind': {
    'main.mjs': `import { a, b, c, f, g, h, K, x } from './x.mjs';
      log(a, b, c, f(), [...g()], h, K, new K().v, x);`,
    'x.mjs': `export var a = 1; export let b = 2; export const c = 3;
      export function f() { return 'f'; } export function* g() { yield 1; }
      export async function h() {} export class K { v = 4; }
      const local = 5; export { local as x };`,
  },
  'default import beside named ones': {
    'main.mjs': `import d, { e } from './x.mjs'; import { default as again } from './x.mjs';
      log(d, e, d === again);`,
    'x.mjs': `export default 'd'; export const e = 'e';`,
  },
  'one binding under several names': {
    'main.mjs': `import d, { a, b, set } from './x.mjs'; log(a, b, d); set(2); log(a, b, d);`,
    'x.mjs': `let v = 1; export { v as a, v as b, v as default }; export const set = (n) => { v = n; };`,
  },
  'export default of a variable is its value then': {
    'main.mjs': `import d, { v, set } from './x.mjs'; set(2); log(d, v);`,
    'x.mjs': `export let v = 1; export default v; export function set(n) { v = n; }`,
  },
  'export default of a function is the binding': {
    'main.mjs': `import d, { set } from './x.mjs'; log(d.name); set(); log(d);`,
    'x.mjs': `export default function f() {} export function set() { f = 'other'; }`,
  },
  'string names': {
    'main.mjs': `import { 'a b' as ab, '😀' as smile, default as d } from './x.mjs';
      import * as ns from './x.mjs'; log(ab, smile, d, Object.keys(ns));`,
    'x.mjs': `const v = 1, w = 2; export { v as 'a b', w as '😀', v as 'default' };`,
  },
  'string names through re-exports': {
    'main.mjs': `import { 'q-r' as qr } from './y.mjs'; import * as ns from './y.mjs'; log(qr, describe(ns));`,
    'y.mjs': `export { 'a b' as 'q-r' } from './x.mjs'; export * as 'all of it' from './x.mjs';`,
    'x.mjs': `const v = 1; export { v as 'a b' };`,
  },
  'names that are integers or __proto__': {
    'main.mjs': `import * as ns from './x.mjs'; log(Reflect.ownKeys(ns)); log(ns.__proto__, ns['10']);`,
    'x.mjs': `const v = 1; export { v as '10', v as '2', v as __proto__, v as a };`,
  },
  'destructuring exports': {
    'main.mjs': `import { a, b, c, rest, d, e } from './x.mjs'; log(a, b, c, rest, d, e);`,
    'x.mjs': `export const { a, x: b, ...rest } = { a: 1, x: 2, y: 3 }; export let [c, d = 4, ...e] = [5, , 6, 7];`,
  },
  'several declarators, some without a value': {
    'main.mjs': `import { a, b, c, d } from './x.mjs'; log(a, b, c, d);`,
    'x.mjs': `export let a, b = 1, c; export var d;`,
  },
  'importing for side effects': {
    'main.mjs': `import './b.mjs'; import './a.mjs'; import './b.mjs'; log('main');`,
    'a.mjs': `log('a');`,
    'b.mjs': `log('b');`,
  },
  'imports are hoisted': {
    'main.mjs': `log(v); import { v } from './x.mjs'; log('end');`,
    'x.mjs': `log('x'); export const v = 1;`,
  },
  'exports may come before what they name': {
    'main.mjs': `import { a, C } from './x.mjs'; log(a, C);`,
    'x.mjs': `export { a, C }; let a = 1; class C {}`,
  },
  'empty modules': { 'main.mjs': ``, 'x.mjs': `` },
  'export {}': { 'main.mjs': `import {} from './x.mjs'; export {};`, 'x.mjs': `log('x')` },

  // Live bindings.
  'an exported let that functions update': {
    'main.mjs': `import { n, inc } from './x.mjs'; log(n); inc(); log(n); inc(); log(n);`,
    'x.mjs': `export let n = 0; export function inc() { n++; }`,
  },
  'every way to write an exported variable': {
    'main.mjs': `import { a, b, c, d, e, f, g, write } from './x.mjs';
      log(a, b, c, d, e, f, g); log(write()); log(a, b, c, d, e, f, g);`,
    'x.mjs': `export let a = 1, b = 2, c = 3, d = 4, e, f = 0, g = 'g';
      export function write() {
        a += 10; const before = b++; [c, d] = [d, c]; e ??= 'e'; f ||= 'f'; g &&= 'gg';
        return [before, a];
      }`,
  },
  'writes by loops and destructuring defaults': {
    'main.mjs': `import { a, b, c, d } from './x.mjs'; log(a, b, c, d);`,
    'x.mjs': `export let a, b, c; export var d;
      for (a of [1, 2]) log(a); for (b in { p: 1, q: 1 }); for (var d = 0; d < 3; d++);
      ({ a, z: { b = 7 } = {}, ...c } = { a: 9, r: 1 });`,
  },
  'an exported function that is assigned to': {
    'main.mjs': `import { f, swap } from './x.mjs'; log(f()); swap(); log(f());`,
    'x.mjs': `export function f() { return 1; } export function swap() { f = () => 2; }`,
  },
  'a write in a nested function and in an arrow': {
    'main.mjs': `import { v, w, run } from './x.mjs'; run(); log(v, w);`,
    'x.mjs': `export let v = 0; export let w; export const run = () => { (() => v = 1)(); (function () { w = v + 1; })(); };`,
  },
  'a shadowing variable is another': {
    'main.mjs': `import { v, run } from './x.mjs'; run(); log(v);`,
    'x.mjs': `export let v = 0; export function run() { let v = 1; v = 2; { let v; v = 3; } return v; }`,
  },
  'live through re-exports': {
    'main.mjs': `import { m } from './z.mjs'; import { inc } from './x.mjs'; import * as y from './y.mjs';
      inc(); log(m, y.n); inc(); log(m, y.n);`,
    'z.mjs': `export { k as m } from './y.mjs';`,
    'y.mjs': `import { n as k } from './x.mjs'; export { k }; export * from './x.mjs';`,
    'x.mjs': `export let n = 0; export const inc = () => ++n;`,
  },
  'live in a namespace object': {
    'main.mjs': `import * as ns from './x.mjs'; const { n } = ns; ns.inc(); log(n, ns.n, { ...ns }.n);`,
    'x.mjs': `export let n = 0; export const inc = () => { n += 1; };`,
  },
  'values set later': {
    'main.mjs': `import { v, ready } from './x.mjs'; log(v); await ready; log(v);`,
    'x.mjs': `export let v = 'early'; export const ready = Promise.resolve().then(() => { v = 'late'; });`,
  },
  'a class that replaces itself': {
    'main.mjs': `import { C, swap } from './x.mjs'; const Old = C; swap(); log(Old === C, C.name);`,
    'x.mjs': `export class C { static { log(C.name); } } export const swap = () => { C = class D {}; };`,
  },
  'closures see what they close over': {
    'main.mjs': `import { fs } from './x.mjs'; log(fs.map((f) => f()));`,
    'x.mjs': `export const fs = []; for (let i = 0; i < 3; i++) fs.push(() => i);`,
  },
  'logical assignment that does not assign': {
    'main.mjs': `import { a, b, c } from './x.mjs';
      attempt('||=', () => (a ||= 1)); attempt('&&=', () => (b &&= 1)); attempt('??=', () => (c ??= 1));`,
    'x.mjs': `export const a = 'a', b = '', c = 0;`,
  },

  // Assignments to imports.
  'assigning to an import': {
    'main.mjs': `import d, { v, f } from './x.mjs'; import * as ns from './x.mjs';
      attempt('=', () => { v = 1; }); attempt('+=', () => { v += 1; }); attempt('++', () => v++);
      attempt('[]', () => { [v] = [1]; }); attempt('{}', () => { ({ v } = { v: 1 }); });
      attempt('of', () => { for (v of [1]); }); attempt('in', () => { for (v in { a: 1 }); });
      attempt('f', () => { f = 1; }); attempt('d', () => { d = 1; }); attempt('ns', () => { ns = 1; });
      attempt('??=', () => { v ??= 1; }); attempt('||=', () => { v ||= 1; }); log(v);`,
    'x.mjs': `export let v; export function f() {} export default 1;`,
  },
  'the right side runs before the assignment fails': {
    'main.mjs': `import { v } from './x.mjs'; attempt('v', () => { v = log('right'); });`,
    'x.mjs': `export let v;`,
  },
  'assigning to members of what is imported': {
    'main.mjs': `import { o } from './x.mjs'; o.a = 1; o['b'] ??= 2; [o.c] = [3]; log(o);`,
    'x.mjs': `export const o = {};`,
  },
  'assigning to an exported const': {
    'main.mjs': `import { set } from './x.mjs'; attempt('set', set);`,
    'x.mjs': `export const v = 1; export const set = () => { v = 2; };`,
  },

  'writes in every kind of place': {
    'main.mjs': `import * as x from './x.mjs'; x.run(); log(describe(x));`,
    'x.mjs': `export let a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0, j, k = 0, l = 0, m = 0n, n = '', o = 0, p = 0;
      export async function run(x = (a = 1), { y = (b = 2), [(c = 3)]: z } = {}) {
        const o1 = { get v() { return (d = 4); }, [(e = 5)]: 1, async *gen() { yield (f = 6); } }; void o1.v; o1.gen().next();
        class K { [(g = 7)] = 1; static s = (h = 8); #q = (i = 9); constructor() { j ??= this.#q; } } new K();
        if ((k = 1)) while (k++ < 3) l += k; else k = 0; do { m++; } while (m < 3n); for (;;) { n += 'x'; if (n.length > 2) break; }
        label: { o = 1; break label; } ((o) => { o = 99; })(); (p = 5), (p += 1, p--); return p, delete o1.v, void 0, typeof (a = a + 1);
      }`,
  },
  'statements without blocks': {
    'main.mjs': `import * as x from './x.mjs'; log(describe(x)); x.set(false); log(describe(x));`,
    'x.mjs': `export let a = 1, b, c;
      export function set(v) { if (v) a = 2; else a = 3; for (b of [1, 2]) if (b === 2) c = b; while (v) v = void (a = 4); for (b in { q: 1 }) continue; }
      set(true); if (a) b = 5; if (b) { c = 6 } else c = 7
      try { a = 8; throw a } catch ({ length = (b = 9) }) { c = b } finally { a++ }`,
  },
  'writes of generators and async functions': {
    'main.mjs': `import { v, w, g, f } from './x.mjs'; const i = g(); i.next(); log(v); i.next('in'); log(v); const p = f(); log(w); await p; log(w);`,
    'x.mjs': `export let v = 0, w = 0; export function* g() { v = 1; v = yield v; v = [...v]; } export async function f() { w = 1; w = await 'later'; for await (w of [2, 3]); }`,
  },
  'destructuring with exported targets': {
    'main.mjs': `import * as x from './x.mjs'; log(describe(x));`,
    'x.mjs': `export let a, b, c, d, e, f; export const o = {};
      [a, , [b = 2], ...c] = [1, 0, [], 3, 4]; ({ d, k: { e } = { e: 5 }, ...f } = { d: 4, z: 6 }); [o.p, o['q']] = [a, b]; ({ a } = { a: a + 10 }); [a = a, b = a] = [];
      for ({ a } of [{ a: 'of' }]); for ([b] in { xy: 1 }); const fn = ({ a }) => a; log(fn({ a: 1 }), a);`,
  },
  'closures over loop variables that are exported': {
    'main.mjs': `import { i, fs } from './x.mjs'; log(i, fs.map((f) => f()));`,
    'x.mjs': `export const fs = []; export var i; for (i = 0; i < 3; i++) { const j = i; fs.push(() => [i, j]); } for (var { i } = { i: 7 }; i < 9; i += 1) fs.push(() => i);`,
  },
  'values of assignments': {
    'main.mjs': `import { log2, a } from './x.mjs'; log(log2, a);`,
    'x.mjs': `export let a = 1; const before = a++, after = ++a, plus = (a += 2), nothing = (a = undefined), arrow = (() => a = 3)(), chain = (a = a = 4); let other; other = a = 5; const s = \`\${a = 6}\`; export const log2 = [before, after, plus, nothing, arrow, chain, other, s, [a = 7], (a, a = 8), a ? a = 9 : a = 0, !(a = 10), -(a = 11), (a = 12).toFixed()];`,
  },
  'names of functions that are assigned': {
    'main.mjs': `import { a, b, c, names } from './x.mjs'; log(a.name, b.name, c.name, names());`,
    'x.mjs': `export let a = () => {}, b = function () {}, c = class {}; a = () => {}; b = function () {}; c = class {}; export const names = () => { a = class {}; b ??= 1; ({ a = function () {} } = {}); [c = () => {}] = []; return [a.name, c.name]; };`,
  },
  'the same names in other scopes': {
    'main.mjs': `import { v as w } from './x.mjs'; { const w = 'block'; log(w); } (function w() { log(typeof w); })(); ((w) => log(w))('parameter'); try { throw 'caught'; } catch (w) { log(w); } for (const w of ['loop']) log(w); class K { w = 'field'; } log(new K().w, { w }.w, w); label: for (;;) break label; switch (0) { case 0: let w = 'case'; log(w); }`,
    'x.mjs': `export let v = 'v'; function f(v) { v = 1; return v; } f(); { let v = 2; v++; } const g = function v() { try { v = 3; } catch (e) { log(e.name); } }; g(); log(v); class v2 { v() { v = 'method'; } } new v2().v();`,
  },
  'unusual identifiers': {
    'main.mjs': `import { ünï, $, _, ℮, \\u0061b as ab2, async, of, get, set, from, as, type, undefined as undef } from './x.mjs'; log(ünï, $, _, ℮, ab2, async, of, get, set, from, as, type, undef);`,
    'x.mjs': `export let ünï = 1, $ = 2, _ = 3, ℮ = 4, ab = 5, async = 6, of = 7, get = 8, set = 9, from = 10, as = 11, type = 12; $++; ünï += 1; export { ab as undefined }; async = of; (async); of = async\nasync => of`,
  },

  // Names.
  'names of default exports': {
    'main.mjs': [
      'fn',
      'gen',
      'async',
      'arrow',
      'class',
      'named',
      'classNamed',
      'paren',
      'expr',
      'ctor',
      'asyncgen',
    ]
      .map((name) => `import ${name}_ from './${name}.mjs'; log('${name}', ${name}_.name);`)
      .join('\n'),
    'fn.mjs': `export default function () {}`,
    'gen.mjs': `export default function* () {}`,
    'async.mjs': `export default async function () {}`,
    'asyncgen.mjs': `export default async function* () {}`,
    'arrow.mjs': `export default () => {};`,
    'class.mjs': `export default class { static v = log('in class', this.name); }`,
    'named.mjs': `export default function own() {}`,
    'classNamed.mjs': `export default class Own {}`,
    'paren.mjs': `export default (function () {});`,
    'expr.mjs': `export default (0, function () {}) ;`,
    'ctor.mjs': `export default class { static name = 'static'; }`,
  },
  'an anonymous default function is hoisted': {
    'main.mjs': `import './a.mjs';`,
    'a.mjs': `import './b.mjs'; log('a'); export default function () { return 'hoisted'; }`,
    'b.mjs': `import d from './a.mjs'; log(d(), d.name);`,
  },
  'a default class in a cycle has no value yet': {
    'main.mjs': `import './a.mjs';`,
    'a.mjs': `import './b.mjs'; export default class {} log('a');`,
    'b.mjs': `import d from './a.mjs'; import * as ns from './a.mjs'; attempt('d', () => d); attempt('ns', () => ns.default);`,
  },
  'export default over several lines': {
    'main.mjs': `import a from './a.mjs'; import b from './b.mjs'; import c from './c.mjs'; b().then(log); log(a, c);`,
    'a.mjs': `export default\n  /* what */\n  [1,\n 2];`,
    'b.mjs': `export default\nasync () =>\n  'b'\nexport const x = 1`,
    'c.mjs': `export default 1\n+ 2\nlog('after')`,
  },

  // What surrounds a module.
  'this and arguments': {
    'main.mjs': `log(this); attemptKind('arguments', () => arguments); log(typeof arguments);
      (function () { log(this, arguments.length); })(1, 2); log((() => typeof this)());
      export class K { static t = typeof this; static { log(typeof this); } f = this === undefined; }`,
  },
  'strict mode': {
    'main.mjs': `attempt('undeclared', () => { undeclared = 1; }); attempt('delete', () => delete Object.prototype);
      log((function () { return this; })());`,
  },
  'var does not become a global': {
    'main.mjs': `var someVar = 1; function someFunction() {} log('someVar' in globalThis, 'someFunction' in globalThis);`,
  },
  'no names of CommonJS': {
    'main.mjs': `log(typeof require, typeof module, typeof exports, typeof __filename, typeof __dirname);`,
  },
  'import.meta': {
    'main.mjs': `import { meta } from './x.mjs'; log(typeof import.meta, Object.getPrototypeOf(import.meta));
      log(import.meta === import.meta, meta === import.meta, import.meta.url.endsWith('main.mjs'), meta.url.endsWith('x.mjs'));
      import.meta.extra = 1; log(import.meta.extra, Object.isExtensible(import.meta));`,
    'x.mjs': `export const { meta } = import;`.replace('{ meta } = import', 'meta = import.meta'),
  },
  'typeof of what has no value yet': {
    'main.mjs': `attempt('v', () => typeof v); log(typeof undeclaredName); let v; log(typeof v);`,
  },
  'names that a program rarely uses': {
    'main.mjs': `import { $h, $hd, $hs, $0, _ } from './x.mjs'; log($h, $hd, $hs, $0, _);`,
    'x.mjs': `export let $h = 1, $hd = 2, $hs = 3, $0 = 4, _ = 5; $h = 6;`,
  },
  'direct eval': {
    'main.mjs': `import { v } from './x.mjs'; let w = 1; log(eval('v + w'), eval('typeof v'));
      attempt('write', () => eval('w = 5')); log(w);`,
    'x.mjs': `export const v = 1;`,
  },
  'class static blocks and fields': {
    'main.mjs': `import { C, n } from './x.mjs'; log(C.a, C.b, n); `,
    'x.mjs': `export let n = 0; export class C { static a = ++n; static { this.b = n = n + 10; log(n); } #p = 1; }`,
  },
  'labels, switch, try and with blocks of functions': {
    'main.mjs': `import { out } from './x.mjs'; log(out);`,
    'x.mjs': `export let out = []; outer: for (const a of [1, 2]) { switch (a) { case 2: out = [...out, 'two']; break outer; default: out.push(a); } }
      try { throw 1; } catch (e) { out = [...out, e]; } finally { out.push('f'); } { function inner() { return 'i'; } out.push(inner()); } log(typeof inner);`,
  },
  'regular expressions, templates and comments': {
    'main.mjs': `import { a } from './x.mjs'; /* import { no } from './no.mjs' */ log(\`\${a} import\`, /import\\/x/.test('import/x')); // export`,
    'x.mjs': `// export const b = 1\nexport const a = 'a' // trailing`,
  },
  'no semicolons': {
    'main.mjs': `import { a } from './x.mjs'\n;[1].forEach((n) => log(n, a))\nimport './y.mjs'\n;(() => log('iife'))()\nexport { a }\n;\`t\`.length`,
    'x.mjs': `export let a = 1\n;[a] = [2]\nexport let b = () => a\n;(b)()`,
    'y.mjs': `export default 1\n;[2].map(log)`,
  },
  hashbang: { 'main.mjs': `#!/usr/bin/env node\nlog('ran');` },
  'a line of error stacks': {
    'main.mjs': `import { f } from './x.mjs';\n\ntry {\n  f();\n} catch (e) { log(e.stack.split('\\n').filter((l) => l.includes('.mjs')).slice(0, 2).map((l) => l.replace(/^.*\\//, ''))); }`,
    'x.mjs': `\nexport function f() {\n    throw new Error('here');\n}`,
  },

  // Namespace objects.
  'a namespace object': {
    'main.mjs': `import * as ns from './x.mjs';
      log(describe(ns)); log(Reflect.ownKeys(ns), Object.keys(ns)); log(String(ns), typeof ns, Object.getPrototypeOf(ns));
      log(Object.isExtensible(ns), Object.isSealed(ns), Reflect.isExtensible(ns)); log('a' in ns, 'q' in ns, Symbol.toStringTag in ns, Symbol.iterator in ns, 'toString' in ns);
      log(ns.q, ns[Symbol.iterator], ns[Symbol.toStringTag]); for (const key in ns) log(key); log(JSON.stringify(ns)); log({ ...ns }, Object.entries(ns)); log(Object.hasOwn(ns, 'a'), Object.prototype.propertyIsEnumerable.call(ns, 'a'));`,
    'x.mjs': `export const b = 2; export let a = 1; export default 'd'; export function z() {} export class A {}`,
  },
  'reflection on a namespace object': {
    'main.mjs': `import * as ns from './x.mjs'; const tag = Symbol.toStringTag;
      log(Reflect.set(ns, 'a', 2), Reflect.set(ns, 'q', 2), Reflect.set(ns, tag, 2), Reflect.set(ns, Symbol.iterator, 2));
      log(Reflect.deleteProperty(ns, 'a'), Reflect.deleteProperty(ns, 'q'), Reflect.deleteProperty(ns, tag), Reflect.deleteProperty(ns, Symbol.iterator));
      for (const d of [{ value: 1 }, { value: 2 }, {}, { value: 1, writable: true, enumerable: true, configurable: false }, { writable: false }, { enumerable: false }, { configurable: true }, { get() {} }, { get: undefined }])
        log(Reflect.defineProperty(ns, 'a', d), Reflect.defineProperty(ns, 'q', d), Reflect.defineProperty(ns, tag, d));
      log(Reflect.defineProperty(ns, tag, { value: 'Module', writable: false, enumerable: false, configurable: false }));
      log(Reflect.preventExtensions(ns), Reflect.setPrototypeOf(ns, null), Reflect.setPrototypeOf(ns, {}), Reflect.getPrototypeOf(ns)); log(Reflect.get(ns, 'a', {}), Reflect.has(ns, 'a'), ns.a);
      const child = Object.create(ns); log(child.a, Object.keys(child), 'a' in child);`,
    'x.mjs': `export const a = 1;`,
  },
  'changing a namespace object fails': {
    'main.mjs': `import * as ns from './x.mjs';
      attemptKind('set', () => { ns.a = 2; }); attemptKind('add', () => { ns.q = 2; }); attemptKind('delete', () => delete ns.a); log(delete ns.q);
      attemptKind('define', () => Object.defineProperty(ns, 'a', { value: 2 })); attemptKind('proto', () => Object.setPrototypeOf(ns, {}));
      attemptKind('freeze', () => Object.freeze(ns)); log(Object.isFrozen(ns)); attemptKind('seal', () => Object.seal(ns) === ns); attemptKind('assign', () => Object.assign(ns, { a: 1 }));
      attemptKind('coerce', () => ns + ''); attemptKind('call', () => ns()); attemptKind('new', () => new ns());`,
    'x.mjs': `export let a = 1;`,
  },
  'an empty namespace object': {
    'main.mjs': `import * as ns from './x.mjs'; log(Reflect.ownKeys(ns), Object.isFrozen(ns)); attemptKind('freeze', () => Object.freeze(ns) === ns);`,
    'x.mjs': ``,
  },
  'a namespace object in a cycle': {
    'main.mjs': `import * as self from './main.mjs'; import { check } from './x.mjs';
      check('main'); export let v = 1; export const k = 2; export var w = 3; export function f() {} check('after'); log(self.self === self); export { self };`,
    'x.mjs': `import * as ns from './main.mjs';
      export function check(when) { log(when, 'v' in ns, Object.getOwnPropertyNames(ns), Reflect.has(ns, 'k'));
        for (const key of ['v', 'k', 'w', 'f', 'q']) { attempt(key, () => ns[key]); attemptKind(key, () => Object.getOwnPropertyDescriptor(ns, key)); attemptKind(key, () => Reflect.set(ns, key, 1)); }
        attempt('keys', () => Object.keys(ns)); attemptKind('values', () => Object.values(ns)); attemptKind('hasOwn', () => Object.hasOwn(ns, 'v')); attemptKind('define', () => Reflect.defineProperty(ns, 'v', { value: 1 })); attemptKind('define f', () => Reflect.defineProperty(ns, 'f', { value: 1 })); attempt('delete', () => Reflect.deleteProperty(ns, 'v')); attemptKind('isSealed', () => Object.isSealed(ns)); }
      check('x');`,
  },
  'the namespace object of a module is one': {
    'main.mjs': `import * as a from './x.mjs'; import * as b from './x.mjs'; import { ns } from './y.mjs'; import { x } from './y.mjs';
      log(a === b, a === ns, a === x, a === (await import('./x.mjs')));`,
    'y.mjs': `import * as ns from './x.mjs'; export { ns }; export * as x from './x.mjs';`,
    'x.mjs': `export const v = 1;`,
  },
  'namespace objects within namespace objects': {
    'main.mjs': `import * as y from './y.mjs'; log(describe(y), y.x.v, y.y === y, y.x.set(5), y.x.v);`,
    'y.mjs': `export * as x from './x.mjs'; export * as y from './y.mjs'; export * from './x.mjs';`,
    'x.mjs': `export let v = 1; export const set = (n) => (v = n);`,
  },
  'destructuring and calling through a namespace object': {
    'main.mjs': `import * as ns from './x.mjs'; const { f, ...rest } = ns; log(f(), ns.f(), rest, ns?.f?.(), (0, ns.f)());`,
    'x.mjs': `export function f() { return this === undefined ? 'no this' : String(this); } export const v = 1;`,
  },

  // Star exports.
  'export star': {
    'main.mjs': `import { a, b } from './y.mjs'; import * as y from './y.mjs'; log(a, b, Object.keys(y));`,
    'y.mjs': `export * from './x.mjs'; export const b = 'own';`,
    'x.mjs': `export const a = 1, b = 2; export default 3;`,
  },
  'export star has no default': {
    'main.mjs': `import d from './y.mjs'; log(d);`,
    'y.mjs': `export * from './x.mjs';`,
    'x.mjs': `export default 1;`,
  },
  'conflicting stars are left out of the namespace object': {
    'main.mjs': `import * as y from './y.mjs'; log(Object.keys(y), y.b, 'b' in y);`,
    'y.mjs': `export * from './x1.mjs'; export * from './x2.mjs';`,
    'x1.mjs': `export const a = 1, b = 1;`,
    'x2.mjs': `export const b = 2, c = 2;`,
  },
  'conflicting stars are an error for an importer': {
    'main.mjs': `import './log.mjs'; import { b } from './y.mjs';`,
    'log.mjs': `log('not run');`,
    'y.mjs': `export * from './x1.mjs'; export * from './x2.mjs';`,
    'x1.mjs': `export const b = 1;`,
    'x2.mjs': `export const b = 2;`,
  },
  'conflicting stars deeper down': {
    'main.mjs': `import { b } from './z.mjs';`,
    'z.mjs': `export * from './x1.mjs'; export * from './y.mjs';`,
    'y.mjs': `export * from './x1.mjs'; export * from './x2.mjs';`,
    'x1.mjs': `export const b = 1;`,
    'x2.mjs': `export const b = 2;`,
  },
  'conflicting stars re-exported by name': {
    'main.mjs': `import './z.mjs';`,
    'z.mjs': `export { b } from './y.mjs';`,
    'y.mjs': `export * from './x1.mjs'; export * from './x2.mjs';`,
    'x1.mjs': `export const b = 1;`,
    'x2.mjs': `export const b = 2;`,
  },
  'a diamond of stars is no conflict': {
    'main.mjs': `import { v } from './top.mjs'; import * as ns from './top.mjs'; log(v, Object.keys(ns));`,
    'top.mjs': `export * from './l.mjs'; export * from './r.mjs';`,
    'l.mjs': `export * from './x.mjs'; export const l = 1;`,
    'r.mjs': `export { v, v as r } from './x.mjs';`,
    'x.mjs': `export let v = 'one';`,
  },
  'an own export goes before a star': {
    'main.mjs': `import { v } from './y.mjs'; log(v);`,
    'y.mjs': `export * from './x.mjs'; export { w as v } from './x.mjs';`,
    'x.mjs': `export const v = 1, w = 2;`,
  },
  'stars in a cycle': {
    'main.mjs': `import { a, b, c } from './a.mjs'; import * as ns from './b.mjs'; log(a, b, c, Object.keys(ns));`,
    'a.mjs': `export * from './b.mjs'; export const a = 1;`,
    'b.mjs': `export * from './c.mjs'; export const b = 2;`,
    'c.mjs': `export * from './a.mjs'; export const c = 3;`,
  },
  'a star of itself': {
    'main.mjs': `import { a, q } from './a.mjs';`,
    'a.mjs': `export * from './a.mjs'; export const a = 1;`,
  },

  'many stars': {
    'main.mjs': `import { a1, a5, only } from './y.mjs'; import * as y from './y.mjs'; log(a1, a5, only, Object.keys(y), Object.keys(y.nested));`,
    'y.mjs': `${[1, 2, 3, 4, 5].map((n) => `export * from './x${n}.mjs';`).join(' ')} export * as nested from './y.mjs';`,
    'x1.mjs': `export const a1 = 1, both = 1; export * from './y.mjs';`,
    'x2.mjs': `export const a2 = 2, both = 2; export * from './x5.mjs';`,
    'x3.mjs': `export const a3 = 3; export default 3;`,
    'x4.mjs': `export * from './x1.mjs'; export { a3 as only } from './x3.mjs';`,
    'x5.mjs': `export let a5 = 5;`,
  },
  'a conflict among many stars': {
    'main.mjs': `import { both } from './y.mjs';`,
    'y.mjs': `${[1, 2, 3, 4, 5].map((n) => `export * from './x${n}.mjs';`).join(' ')}`,
    'x1.mjs': `export const both = 1;`,
    'x2.mjs': `export * from './x1.mjs';`,
    'x3.mjs': ``,
    'x4.mjs': `export const both = 4;`,
    'x5.mjs': ``,
  },

  // Re-exports.
  're-exports of re-exports': {
    'main.mjs': `import { d } from './d.mjs'; import def from './d.mjs'; log(d, def);`,
    'd.mjs': `export { c as d, c as default } from './c.mjs';`,
    'c.mjs': `export { b as c } from './b.mjs';`,
    'b.mjs': `import { a } from './a.mjs'; export { a as b };`,
    'a.mjs': `export let a = 1; a = 2;`,
  },
  're-exporting the default': {
    'main.mjs': `import d, { named } from './y.mjs'; log(d, named);`,
    'y.mjs': `export { default, default as named } from './x.mjs';`,
    'x.mjs': `export default 'd';`,
  },
  'a re-export is evaluated where it is asked for': {
    'main.mjs': `import './a.mjs'; export { v } from './b.mjs'; import './c.mjs'; export * from './d.mjs'; log('main');`,
    'a.mjs': `log('a');`,
    'b.mjs': `log('b'); export const v = 1;`,
    'c.mjs': `log('c');`,
    'd.mjs': `log('d');`,
  },
  're-exports that lead in a circle': {
    'main.mjs': `import { x } from './a.mjs';`,
    'a.mjs': `export { x } from './b.mjs';`,
    'b.mjs': `export { x } from './a.mjs';`,
  },
  're-exports that lead in a circle by other names': {
    'main.mjs': `import { a } from './m.mjs'; log(a);`,
    'm.mjs': `export { b as a } from './m.mjs'; export { c as b } from './m.mjs'; export const c = 'c';`,
  },
  'a circle that a star opens': {
    'main.mjs': `import { x } from './a.mjs'; log(x);`,
    'a.mjs': `export { x } from './b.mjs'; export * from './c.mjs';`,
    'b.mjs': `export * from './a.mjs'; export * from './c.mjs';`,
    'c.mjs': `export const x = 'c';`,
  },

  // Cycles.
  'hoisted functions in a cycle': {
    'main.mjs': `import { a } from './a.mjs'; log('main', a());`,
    'a.mjs': `import { b } from './b.mjs'; log('a', b()); export function a() { return 'a' + b(); }`,
    'b.mjs': `import { a } from './a.mjs'; log('b', typeof a); export function b() { return 'b' + typeof a; } attempt('a()', a);`,
  },
  'variables of each kind in a cycle': {
    'main.mjs': `import './a.mjs';`,
    'a.mjs': `import { probe } from './b.mjs'; probe('1'); export let l = 1; probe('2'); export const c = 2; probe('3'); export class K {} probe('4'); export var v = 5; probe('5'); export default 6; probe('6'); export function f() {}`,
    'b.mjs': `import d, { l, c, K, v, f } from './a.mjs';
      export function probe(when) { attempt(when + 'l', () => l); attempt(when + 'c', () => c); attempt(when + 'K', () => K); attempt(when + 'v', () => v); attempt(when + 'd', () => d); attempt(when + 'f', () => f); attempt(when + 't', () => typeof l); }
      probe('0');`,
  },
  'initialized in another order than exported': {
    'main.mjs': `import './a.mjs';`,
    'a.mjs': `import { probe } from './b.mjs'; export { z, y, x }; let x = 1; probe(); let y = 2; probe(); let z = 3; probe(); x = 4; probe();`,
    'b.mjs': `import { x, y, z } from './a.mjs'; export const probe = () => { log(outcomeOf(() => x), outcomeOf(() => y), outcomeOf(() => z)); };`,
  },
  'renamed imports in a cycle': {
    'main.mjs': `import './a.mjs';`,
    'a.mjs': `import { probe } from './b.mjs'; probe(); export let x = 1; probe();`,
    'b.mjs': `import { x as y } from './a.mjs'; import * as ns from './a.mjs'; export function probe() { attempt('y', () => y); attempt('ns', () => ns.x); } `,
  },
  'a cycle of three': {
    'main.mjs': `import './a.mjs';`,
    'a.mjs': `import { b } from './b.mjs'; export const a = 'a'; export const fa = () => b; log('a', b);`,
    'b.mjs': `import { c } from './c.mjs'; export const b = 'b'; log('b', c); import { fa } from './a.mjs'; attempt('fa', () => fa());`,
    'c.mjs': `import { a } from './a.mjs'; import { b } from './b.mjs'; export const c = 'c'; attempt('a', () => a); attempt('b', () => b);`,
  },
  'a module that imports itself': {
    'main.mjs': `import { v as w, f as g } from './main.mjs'; attempt('w', () => w); log(g()); export let v = 1; log(w); v = 2; log(w); export function f() { return 'f'; }`,
  },
  'a default import of itself': {
    'main.mjs': `import me from './main.mjs'; attempt('me', () => me); export default { name: 'me' }; log(me);`,
  },
  'a function called before the modules it needs': {
    'main.mjs': `import './a.mjs';`,
    'a.mjs': `import './b.mjs'; import { v, g } from './x.mjs'; export function f() { return [outcomeOf(() => v), outcomeOf(() => g()), outcomeOf(() => g)]; } log('a', f());`,
    'b.mjs': `import { f } from './a.mjs'; log('b', f());`,
    'x.mjs': `import { w } from './y.mjs'; export let v = 'v'; export function g() { return outcomeOf(() => w); } log('x');`,
    'y.mjs': `export let w = 'w'; log('y');`,
  },
  'a namespace object of a module not yet evaluated': {
    'main.mjs': `import './a.mjs';`,
    'a.mjs': `import './b.mjs'; export * as x from './x.mjs'; import './x.mjs'; log('a');`,
    'b.mjs': `import * as a from './a.mjs'; log(Object.getOwnPropertyNames(a)); attempt('v', () => a.x.v); attempt('f', () => a.x.f()); attempt('w', () => a.x.w);`,
    'x.mjs': `export let v = 1; export function f() { return 'f'; } export var w = 2; log('x');`,
  },
  'a statement that uses in a cycle what it has just set': {
    'main.mjs': `import './a.mjs';`,
    'a.mjs': `import { seen } from './b.mjs'; export let x = 1, y = seen(); log(y);`,
    'b.mjs': `import { x } from './a.mjs'; export const seen = () => x;`,
  },
  'a cycle through a default object': {
    'main.mjs': `import a from './a.mjs'; log(a.b.a === a);`,
    'a.mjs': `import b from './b.mjs'; export default { get b() { return b; } };`,
    'b.mjs': `import a from './a.mjs'; export default { get a() { return a; } };`,
  },
  'classes that extend across a cycle': {
    'main.mjs': `import { Base } from './base.mjs'; log(Base.make().constructor.name);`,
    'base.mjs': `import { Derived } from './derived.mjs'; export class Base { static make() { return new Derived(); } }`,
    'derived.mjs': `import { Base } from './base.mjs'; export class Derived extends Base {}`,
  },
  'classes that extend across a cycle, in the other order': {
    'main.mjs': `import { Derived } from './derived.mjs'; log(new Derived().make().constructor.name);`,
    'base.mjs': `import { Derived } from './derived.mjs'; export class Base { make() { return new Derived(); } }`,
    'derived.mjs': `import { Base } from './base.mjs'; export class Derived extends Base {}`,
  },
  'two cycles that share a module': {
    'main.mjs': `import './a.mjs'; import './c.mjs'; log('main');`,
    'a.mjs': `import { s } from './s.mjs'; export const a = 'a'; log('a', s);`,
    's.mjs': `import { a } from './a.mjs'; import { c } from './c.mjs'; export const s = 's'; attempt('a', () => a); attempt('c', () => c);`,
    'c.mjs': `import { s } from './s.mjs'; export const c = 'c'; attempt('s', () => s);`,
  },

  // Errors before anything runs.
  'a missing file': {
    'main.mjs': `import './a.mjs'; import './none.mjs';`,
    'a.mjs': `log('not run');`,
  },
  'a missing file deeper down': {
    'main.mjs': `import './a.mjs';`,
    'a.mjs': `import './b.mjs';`,
    'b.mjs': `import './none.mjs';`,
  },
  'a missing export': {
    'main.mjs': `import './a.mjs'; import { none } from './a.mjs';`,
    'a.mjs': `log('not run');`,
  },
  'a missing default': {
    'main.mjs': `import none from './a.mjs';`,
    'a.mjs': `export const a = 1;`,
  },
  'a missing export with a string name': {
    'main.mjs': `import { 'no such' as n } from './a.mjs';`,
    'a.mjs': ``,
  },
  'a missing re-export': {
    'main.mjs': `import './y.mjs';`,
    'y.mjs': `export { none } from './a.mjs';`,
    'a.mjs': ``,
  },
  'a missing export through a star': {
    'main.mjs': `import { none } from './y.mjs';`,
    'y.mjs': `export * from './a.mjs';`,
    'a.mjs': ``,
  },
  'a missing re-export of an import': {
    'main.mjs': `import './y.mjs';`,
    'y.mjs': `import { none } from './a.mjs'; export { none };`,
    'a.mjs': ``,
  },
  'a missing member of a namespace object': {
    'main.mjs': `import * as ns from './a.mjs'; log(ns.none);`,
    'a.mjs': ``,
  },
  'the deepest error comes first': {
    'main.mjs': `import { none1 } from './a.mjs'; import './b.mjs';`,
    'a.mjs': `import './c.mjs';`,
    'b.mjs': `import { none2 } from './a.mjs';`,
    'c.mjs': `import { none3 } from './b.mjs';`,
  },
  'an import and a re-export are missing': {
    'main.mjs': `export { none1 } from './a.mjs'; import { none2 } from './a.mjs';`,
    'a.mjs': ``,
  },

  // Errors while it runs.
  'a throw': {
    'main.mjs': `import './a.mjs'; log('not run');`,
    'a.mjs': `log('a'); throw new Error('thrown');`,
  },
  'a throw of something that is no error': {
    'main.mjs': `import './a.mjs';`,
    'a.mjs': `throw { code: 'EX' };`,
  },
  'a throw of undefined': { 'main.mjs': `import './a.mjs';`, 'a.mjs': `throw undefined;` },
  'a throw in a cycle': {
    'main.mjs': `const errors = []; for (const name of ['a', 'b', 'a', 'c']) await import(\`./\${name}.mjs\`).catch((e) => errors.push(e)); log(errors, new Set(errors).size);`,
    'a.mjs': `import './b.mjs'; log('a'); throw new Error('a');`,
    'b.mjs': `import './a.mjs'; log('b');`,
    'c.mjs': `import './b.mjs'; log('c');`,
  },
  'siblings of what throws': {
    'main.mjs': `import './a.mjs'; import './b.mjs'; import './c.mjs';`,
    'a.mjs': `log('a');`,
    'b.mjs': `throw new TypeError('b');`,
    'c.mjs': `log('c');`,
  },
  'a failed module is asked for again': {
    'main.mjs': `const seen = []; for (let i = 0; i < 3; i++) await import('./a.mjs').catch((e) => seen.push(e)); log(seen.length, new Set(seen).size, seen[0]);
      await import('./b.mjs').catch((e) => log('b', e === seen[0]));`,
    'a.mjs': `log('once'); throw new Error('a');`,
    'b.mjs': `import './a.mjs'; log('not run');`,
  },
  'what has evaluated before a throw stays': {
    'main.mjs': `await import('./a.mjs').catch((e) => log(e)); log((await import('./x.mjs')).n); await import('./y.mjs');`,
    'a.mjs': `import { inc } from './x.mjs'; inc(); throw new Error('a');`,
    'y.mjs': `import { n, inc } from './x.mjs'; inc(); log(n);`,
    'x.mjs': `log('x once'); export let n = 0; export const inc = () => { n++; };`,
  },
  'use before initialization in the body': {
    'main.mjs': `import './a.mjs';`,
    'a.mjs': `log(v); export let v = 1;`,
  },

  // import().
  'import()': {
    'main.mjs': `const ns = await import('./x.mjs'); log(ns.v, ns.default, Object.keys(ns), ns === (await import('./x.mjs')));`,
    'x.mjs': `export const v = 1; export default 'd';`,
  },
  'import() of what throws, is missing, or does not link': {
    'main.mjs': `for (const name of ['thrown', 'none', 'unlinked', 'missing']) await import(\`./\${name}.mjs\`).then(log, (e) => log(name, e.name, e.code, e.message.replace(/'\\/.*?'/g, 'path')));`,
    'thrown.mjs': `throw new RangeError('thrown');`,
    'unlinked.mjs': `import { q } from './x.mjs';`,
    'missing.mjs': `import './no.mjs';`,
    'x.mjs': ``,
  },
  'import() with what is no string': {
    'main.mjs': `await import({ toString: () => './x.mjs' }).then((ns) => log(ns.v)); await import({ toString() { throw new Error('to string'); } }).catch((e) => log(e)); await import(Symbol('s')).catch((e) => log(e.name));`,
    'x.mjs': `export const v = 1;`,
  },
  'import() with options': {
    'main.mjs': `await import('./x.mjs', {}).then((ns) => log(ns.v)); await import('./x.mjs', { with: {} }).then((ns) => log(ns.v)); await import('./x.mjs', undefined).then((ns) => log(ns.v));
      for (const options of [1, null, { with: 1 }, { with: { type: 1 } }]) await import('./x.mjs', options).then(log, (e) => log(e.name));`,
    'x.mjs': `export const v = 1;`,
  },
  'import() in functions, of modules that import back': {
    'main.mjs': `import { load } from './x.mjs'; export const v = 'main'; const main = load(); log(await Promise.race([main.then(() => 'loaded'), 'not yet']));`,
    'x.mjs': `export const load = async () => (await import('./main.mjs')).v; `,
  },
  'import() of what is being evaluated': {
    'main.mjs': `import './a.mjs'; log('main');`,
    'a.mjs': `export const done = import('./b.mjs').then((b) => log('b loaded', b.v)); log('a');`,
    'b.mjs': `import './a.mjs'; export const v = 1; log('b');`,
  },
  'a module with an export named then': {
    'main.mjs': `log(await import('./x.mjs')); import * as ns from './x.mjs'; log(typeof ns.then);`,
    'x.mjs': `export function then(resolve) { resolve('from then'); }`,
  },
  'import() in class fields, defaults and arrows': {
    'main.mjs': `class K { static p = import('./x.mjs'); q = import('./x.mjs'); } const f = (p = import('./x.mjs')) => p; log((await K.p).v, (await new K().q).v, (await f()).v);`,
    'x.mjs': `export const v = 1;`,
  },

  // Top-level await.
  'top-level await': {
    'main.mjs': `import { v } from './x.mjs'; log(v);`,
    'x.mjs': `log('before'); export const v = await Promise.resolve('awaited'); log('after');`,
  },
  'awaiting siblings run side by side': {
    'main.mjs': `import './a.mjs'; import './b.mjs'; import './c.mjs'; log('main');`,
    'a.mjs': `log('a1'); await 0; log('a2'); await 0; log('a3');`,
    'b.mjs': `log('b');`,
    'c.mjs': `log('c1'); await 0; log('c2');`,
  },
  'parents wait for all that await': {
    'main.mjs': `import './p.mjs'; import './q.mjs'; log('main');`,
    'p.mjs': `import './a.mjs'; import './b.mjs'; log('p');`,
    'q.mjs': `import './b.mjs'; log('q');`,
    'a.mjs': `log('a1'); await 0; await 0; await 0; log('a2');`,
    'b.mjs': `log('b1'); await 0; log('b2');`,
  },
  'parents that await themselves': {
    'main.mjs': `import './p.mjs'; import './q.mjs'; log('main1'); await 0; log('main2');`,
    'p.mjs': `import './a.mjs'; log('p1'); await 0; log('p2');`,
    'q.mjs': `import './a.mjs'; log('q1'); await 0; log('q2');`,
    'a.mjs': `log('a1'); await 0; log('a2');`,
  },
  'the order of waiting modules is that of their evaluation': {
    'main.mjs': `import './1.mjs'; import './2.mjs'; import './3.mjs'; import './4.mjs'; log('main');`,
    '1.mjs': `import './x.mjs'; log('1');`,
    '2.mjs': `import './x.mjs'; import './y.mjs'; log('2');`,
    '3.mjs': `import './x.mjs'; log('3'); await 0; log('3b');`,
    '4.mjs': `import './1.mjs'; import './x.mjs'; log('4');`,
    'x.mjs': `await 0; log('x');`,
    'y.mjs': `await 0; await 0; log('y');`,
  },
  'a cycle with await': {
    'main.mjs': `import { a } from './a.mjs'; log('main', a);`,
    'a.mjs': `import { b } from './b.mjs'; log('a1', b); await 0; log('a2'); export const a = 'a';`,
    'b.mjs': `import { a } from './a.mjs'; attempt('a', () => a); log('b1'); await 0; log('b2'); attempt('a', () => a); export const b = 'b';`,
  },
  'a cycle with await in one of it, and a sibling': {
    'main.mjs': `import './s.mjs'; import './a.mjs'; import './t.mjs'; log('main');`,
    's.mjs': `log('s1'); await 0; log('s2');`,
    't.mjs': `log('t');`,
    'a.mjs': `import './b.mjs'; log('a'); export function fa() { return 'fa'; }`,
    'b.mjs': `import { fa } from './a.mjs'; log('b1', fa()); await 0; log('b2');`,
  },
  'a cycle in which one goes on while another waits': {
    'main.mjs': `import './c.mjs'; log('main');`,
    'c.mjs': `import './b.mjs'; import './e.mjs'; export { e } from './e.mjs'; log('c');`,
    'b.mjs': `import { e } from './c.mjs'; attempt('e', () => e); await 0; attempt('e', () => e); await 0; attempt('e', () => e); log('b');`,
    'e.mjs': `import './c.mjs'; log('e'); export let e = 'e'; await 0; e = 'e2';`,
  },
  'a rejected await': {
    'main.mjs': `import './a.mjs'; import './b.mjs'; log('not run');`,
    'a.mjs': `log('a1'); await Promise.reject(new Error('rejected')); log('not run');`,
    'b.mjs': `log('b1'); await 0; log('b2');`,
  },
  'two rejected awaits': {
    'main.mjs': `import './a.mjs'; import './b.mjs';`,
    'a.mjs': `await 0; await 0; throw new Error('a');`,
    'b.mjs': `await 0; throw new Error('b');`,
  },
  'a rejected await asked for again': {
    'main.mjs': `const seen = []; const load = (n) => import(\`./\${n}.mjs\`).catch((e) => seen.push(e)); await Promise.all([load('p'), load('a')]); await load('a'); await load('p'); await load('q'); log(seen, new Set(seen).size);`,
    'p.mjs': `import './a.mjs'; log('not run');`,
    'q.mjs': `import './p.mjs'; log('not run');`,
    'a.mjs': `log('a'); await 0; throw new Error('a');`,
  },
  'a rejected await in a cycle': {
    'main.mjs': `const seen = []; for (const n of ['a', 'b', 'c', 'a']) await import(\`./\${n}.mjs\`).catch((e) => seen.push(e)); log(seen, new Set(seen).size);`,
    'a.mjs': `import './b.mjs'; import './c.mjs'; log('a'); await 0; throw new Error('a');`,
    'b.mjs': `import './a.mjs'; log('b'); await 0; log('b2');`,
    'c.mjs': `import './a.mjs'; log('c');`,
  },
  'a throw after what awaits': {
    'main.mjs': `import './p.mjs';`,
    'p.mjs': `import './a.mjs'; log('p'); throw new Error('p');`,
    'a.mjs': `await 0; log('a');`,
  },
  'a synchronous throw beside what awaits': {
    'main.mjs': `await import('./p.mjs').catch((e) => log(e)); await import('./a.mjs'); log('end');`,
    'p.mjs': `import './a.mjs'; import './b.mjs';`,
    'a.mjs': `log('a1'); await 0; log('a2');`,
    'b.mjs': `throw new Error('b');`,
  },
  'several imports of one graph that awaits': {
    'main.mjs': `const order = []; await Promise.all(['p', 'a', 'p', 'q'].map((n, i) => import(\`./\${n}.mjs\`).then((ns) => order.push(n + i + ns.v)))); log(order.sort());`,
    'p.mjs': `import { v as w } from './a.mjs'; export const v = w + 1; log('p');`,
    'q.mjs': `import { v as w } from './p.mjs'; export const v = w + 1; log('q');`,
    'a.mjs': `log('a'); export let v = await 1; await 0;`,
  },
  'for await, await using-like and nested awaits': {
    'main.mjs': `async function* g() { yield 1; yield 2; } export let last; for await (last of g()) log(last); for await (const x of [Promise.resolve('p')]) log(x); const f = async () => await 'in'; log(await f(), \`\${await 't'}\`, [await 1, await 2]); if (await true) log('if'); export default await 'default'; import * as self from './main.mjs'; log(self.last, self.default);`,
  },
  'an await that never ends': {
    'main.mjs': `import './a.mjs'; log('not run');`,
    'a.mjs': `log('a'); await new Promise(() => {});`,
  },
  'a module that waits for itself': {
    'main.mjs': `log('main'); await import('./main.mjs'); log('not run');`,
  },
  'a parent that waits for an import() of its child': {
    'main.mjs': `import './a.mjs'; log('main');`,
    'a.mjs': `const b = await import('./b.mjs'); log('a', b.v);`,
    'b.mjs': `export const v = await 'b'; log('b');`,
  },
  'exported functions of a module that awaits, in a cycle': {
    'main.mjs': `import './a.mjs';`,
    'a.mjs': `import { later } from './b.mjs'; log('a', later()); await 0; export let x = 1; log('a2', later()); export function f() { return outcomeOf(() => x); }`,
    'b.mjs': `import { f, x } from './a.mjs'; export const later = () => [f(), outcomeOf(() => x)]; log('b', later());`,
  },
  'live bindings set after an await': {
    'main.mjs': `import { n } from './x.mjs'; import * as ns from './x.mjs'; log(n, ns.n); await ns.later; log(n, ns.n);`,
    'x.mjs': `export let n = await 1; export const later = (async () => { await 0; n = await 2; })();`,
  },

  // Modules that are not written as ES modules.
  'a builtin': {
    'main.mjs': `import path, { sep, join } from 'node:path'; import * as ns from 'node:path'; log(sep === path.sep, join('a', 'b') === path.join('a', 'b'), ns.default === path, ns.join === join);`,
  },
  json: {
    'main.mjs': `import data from './x.json' with { type: 'json' }; import * as ns from './x.json' with { type: 'json' }; log(data, Object.keys(ns));`,
    'x.json': `{ "a": [1, 2] }`,
  },
  'json by import()': {
    'main.mjs': `const { default: data } = await import('./x.json', { with: { type: 'json' } }); log(data);`,
    'x.json': `[1]`,
  },
  'CommonJS in its turn': {
    'main.mjs': `import './a.mjs'; import d, { v } from './x.cjs'; import './b.mjs'; log(d, v);`,
    'a.mjs': `log('a');`,
    'b.mjs': `log('b');`,
    'x.cjs': `log('cjs'); exports.v = 1; exports.w = 2;`,
  },
  'CommonJS that throws': {
    'main.mjs': `import './a.mjs'; import './x.cjs'; log('not run');`,
    'a.mjs': `log('a');`,
    'x.cjs': `throw new Error('cjs');`,
  },
  'a star of CommonJS': {
    'main.mjs': `import { v } from './y.mjs'; log(v);`,
    'y.mjs': `export * from './x.cjs';`,
    'x.cjs': `exports.v = 1;`,
  },

  // Texts that are no modules.
  ...Object.fromEntries(
    Object.entries({
      'a duplicate variable': 'let a; let a;',
      'a duplicate export': 'let a; export { a, a };',
      'an export of what there is not': 'export { nothing };',
      'an import declared again': "import { a } from './x.mjs'; let a;",
      'a with statement': 'with ({}) {}',
      'an octal literal': 'log(010);',
      'a top-level return': 'return;',
      'a delete of a name': 'var a; delete a;',
      'new.target': 'log(new.target);',
      'yield as a name': 'var yield;',
      'await as a name': 'function f(await) {}',
      'a function declared twice': 'function f() {} function f() {}',
      'a var and a function': 'var f; function f() {}',
      'an undeclared private name': 'class K { f() { return this.#p; } }',
      'a break without a loop': 'break;',
      'an HTML comment': '<!-- comment',
      'an import in a block': "{ import './x.mjs'; }",
      'assigning to eval': 'eval = 1;',
      'a parameter twice': 'function f(a, a) {}',
      'a bad regular expression': 'log(/(/);',
      'an unfinished text': 'function f() {',
      'super outside of a method': 'super.x;',
      'a label twice': 'a: a: ;',
      'await in a function that is not async': 'function f() { await 0; }',
      'a string name that is no well-formed Unicode': "export { a as '\\uD800' }; let a;",
    }).map(([name, text]) => [
      `error: ${name}`,
      {
        'main.mjs': `import './a.mjs'; await import('./bad.mjs').then(() => log('loaded'), (e) => log(e.name)); `,
        'a.mjs': `log('a');`,
        'bad.mjs': `log('not run'); ${text}`,
        'x.mjs': `export const a = 1;`,
      },
    ]),
  ),
};

exports.GRAPHS = GRAPHS;
