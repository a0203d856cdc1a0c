'use strict';

/** The files of a random app: as they are saved, or as JavaScript alone, for a Node that knows no TypeScript. */

const path = require('node:path');
const { acceptedBy, acceptsSelf, isEsm, moduleOf } = require('./model');

/**
 * @typedef {import('./model').Model} Model
 * @typedef {import('./model').Module} Module
 * @typedef {import('./model').Edge} Edge
 * @typedef {{ typed: boolean }} Style
 */

const PLAIN = { mts: 'mjs', cts: 'cjs' };

/** How a module makes what has to go with it. */
const RESOURCES = {
  interval: 'setInterval(() => {}, 1e6)',
  timeout: 'setTimeout(() => {}, 1e6)',
  listener: "process.on('kit', () => {})",
  emitter: "kit.emitter.on('kit', () => {})",
  target: "kit.target.addEventListener('kit', () => {})",
  server: "process.getBuiltinModule('net').createServer().listen(0)",
  udp: "process.getBuiltinModule('dgram').createSocket('udp4').bind(0)",
  watcher: "process.getBuiltinModule('fs').watch('.')",
  port: "new MessageChannel().port1.on('message', () => {})",
  channel: "process.getBuiltinModule('diagnostics_channel').subscribe('kit', () => {})",
  broadcast: "new BroadcastChannel('kit').onmessage = () => {}",
  waiting: "process.getBuiltinModule('timers/promises').setTimeout(1e6).catch(() => {})",
  signal: "process.on('SIGWINCH', () => {})",
  abort: "kit.signal.addEventListener('abort', () => {})",
  client: "process.getBuiltinModule('net').connect(kit.peer)",
  child: "process.getBuiltinModule('child_process').spawn('cat')",
  worker:
    "kit.worker(new (process.getBuiltinModule('worker_threads').Worker)('setInterval(() => {}, 1e6)', { eval: true }))",
  file: "process.getBuiltinModule('fs').openSync('kit.cjs')",
  stream: "process.getBuiltinModule('fs').createReadStream('kit.cjs')",
  polled: "process.getBuiltinModule('fs').watchFile(kit.unique(), { interval: 1e6 }, () => {})",
};

/**
 * @param {Model} model
 * @param {Style} style
 * @returns {Map<string, string>} text by path
 */
function render(model, style) {
  const files = new Map();
  for (const module of model.modules) {
    if (!module.isDeleted) files.set(fileOf(module, style), textOf(model, module, style));
  }
  return files;
}

/** @param {Module} module @param {Style} style */
function fileOf({ place, format }, { typed }) {
  return `${place}.${typed ? format : (/** @type {any} */ (PLAIN)[format] ?? format)}`;
}

/** @param {Model} model @param {Module} module @param {Style} style */
function textOf(model, module, style) {
  if (module.format === 'json') return jsonOf(module);
  const text = isEsm(module.format)
    ? esmOf(model, module, style)
    : commonJsOf(model, module, style);
  return `${text.filter(Boolean).join('\n')}\n`;
}

/** @param {Module} module */
function jsonOf({ id, edition, fault }) {
  return fault ? '{ "broken"' : `{ "id": "${id}", "value": ${edition} }\n`;
}

/** A path as an import writes it. @param {Module} from @param {Module} to @param {Style} style */
function specifier(from, to, style, isImport = isEsm(from.format)) {
  const relative = path.posix.relative(path.posix.dirname(from.place), fileOf(to, style));
  const written = relative.startsWith('.') ? relative : `./${relative}`;
  // As people write it, where Node lets them.
  if (to.format !== 'js' || isImport) return written;
  return written.replace(/(\/index)?\.js$/, '') || '.';
}

/** @param {Model} model @param {Module} module @param {Style} style */
function esmOf(model, module, style) {
  const { id, exports: exported, edges } = module;
  const isMain = module === model.modules[0];
  const type = typesOf(module, style);
  const at = (/** @type {Module} */ to) => `'${specifier(module, to, style)}'`;
  const links = edges.flatMap((edge) => {
    const to = moduleOf(model, edge.to);
    return to ? esmEdge(edge, to, at(to), type.any) : [];
  });
  const accepted = acceptedBy(model, module).map((each) => moduleOf(model, each));
  return [
    type.head,
    isMain && `import '${specifier(module, KIT, style)}';`,
    ...links.flatMap(({ head = [] }) => head),
    module.fault === 'unresolved' && "import './nowhere.mjs';",
    module.fault === 'unexported' && `import { nothing } from ${at(module)};`,
    module.fault === 'unexported' && 'kit.see(() => nothing);',
    `// ${module.edition}`,
    module.awaits && 'await null;',
    ...links.flatMap(({ body = [] }) => body),
    ...exported.map((each) => esmExport(module, each, type.any)),
    ...hotOf(module, 'import.meta.hot', type.any, {
      self: acceptsSelf(model, module),
      accepts: accepted.map((to) => `${at(/** @type {Module} */ (to))}, () => {}`),
    }),
    ...resourcesOf(module),
    faultOf(module),
    `let count${type.number} = 0;`,
    'const version = {};',
    `export function look_${id}(look${type.any}) {`,
    ...lookOf(module, links, type.any),
    '}',
    isMain && `export const answer = () => kit.settled(look_${id});`,
    isMain && model.serves && serverOf(id),
    `kit.didLoad('${id}');`,
  ];
}

/** @param {Module} module @param {Style} style */
function typesOf({ format, id }, { typed }) {
  const isTyped = typed && (format === 'mts' || format === 'cts');
  const shape = `interface Shape_${id} { value: string }`;
  return isTyped
    ? { head: `${shape}\ndeclare const kit: any;`, any: ': any', number: ': number' }
    : { head: '', any: '', number: '' };
}

/**
 * @param {Edge} edge
 * @param {Module} to
 * @param {string} from quoted
 * @param {string} any
 * @returns {{ head?: string[], body?: string[], look: string[] }[]}
 */
function esmEdge({ key, kind, names }, to, from, any) {
  const isData = to.format === 'json';
  const importLook = `import { look_${to.id} as ${key}_look } from ${from};`;
  const on = `look.on(() => ${key}_look);`;
  switch (kind) {
    case 'read':
      return [readEdge(key, from, 'new URL', any)];
    case 'named':
      return [
        {
          head: [
            `import { ${[...names.map((name) => `${name} as ${key}_${name}`), `look_${to.id} as ${key}_look`].join(', ')} } from ${from};`,
          ],
          look: [
            ...names.map((name) => `shown.${key}_${name} = look.see(() => ${key}_${name});`),
            on,
          ],
        },
      ];
    case 'default':
      return [
        {
          head: [`import ${key} from ${from}${isData ? " with { type: 'json' }" : ''};`].concat(
            isData ? [] : importLook,
          ),
          look: [`shown.${key} = look.see(() => ${key});`, isData ? '' : on],
        },
      ];
    case 'namespace':
      return [
        {
          head: [`import * as ${key} from ${from};`],
          look: [`shown.${key} = look.see(() => ${key});`, lookThrough(key, to, any)],
        },
      ];
    case 'bare':
      return [{ head: [`import ${from};`], look: [] }];
    case 'star':
      return [{ head: [`export * from ${from};`, importLook], look: [on] }];
    case 'reexport':
      return [
        {
          head: [
            `export { ${names.map((name) => `${name} as ${key}_${name}`).join(', ')} } from ${from};`,
            importLook,
          ],
          look: [on],
        },
      ];
    case 'await':
      return [
        {
          body: [`const ${key}${any} = await import(${from});`],
          look: [`shown.${key} = look.see(() => ${key});`, lookThrough(key, to, any)],
        },
      ];
    case 'later':
      return [laterEdge(key, to, from, any)];
    default:
      return [];
  }
}

/** @param {string} key @param {Module} to @param {string} any */
function lookThrough(key, to, any) {
  return `look.on(() => ${any ? `(${key} as any)` : key}.look_${to.id});`;
}

/** @param {string} key @param {Module} to @param {string} from @param {string} any */
function laterEdge(key, to, from, any) {
  const set = `(found${any}) => { ${key} = found; }`;
  return {
    body: [`let ${key}${any};`, `const ${key}_later = kit.later(import(${from}), ${set});`],
    look: [
      `look.awaited.push(${key}_later);`,
      `shown.${key} = look.seeLate(() => ${key});`,
      `if (look.isSettled) look.on(() => ${key}.look_${to.id});`,
    ],
  };
}

/** @param {string} key @param {string} from @param {string} how @param {string} any */
function readEdge(key, from, how, any) {
  const place =
    how === 'new URL' ? `new URL(${from}, import.meta.url)` : `require.resolve(${from})`;
  const read = `process.getBuiltinModule('fs').readFileSync(${place}, 'utf8')`;
  return {
    body: [`const ${key}${any} = ${read};`],
    look: [`shown.${key} = look.see(() => ${key});`],
  };
}

/** @param {Module} module @param {import('./model').Export} exported @param {string} any */
function esmExport(module, { name, kind, value, from }, any) {
  const stamp = `'${module.id}.${name}.${value}'`;
  switch (kind) {
    case 'let':
      return `export let ${name}${any} = ${stamp};\n${name} += '+';`;
    case 'function':
      return `export function ${name}() { return ${stamp}; }`;
    case 'class':
      return `export class ${name} { static v = ${stamp}; }`;
    case 'default':
      return `export default ${stamp};`;
    case 'derived':
      return `export const ${name} = ${stamp} + JSON.stringify(kit.see(() => ${derivation(module, from)}));`;
    default:
      return `export const ${name} = ${stamp};`;
  }
}

/** @param {Module} module @param {import('./model').Export['from']} from */
function derivation({ edges }, from) {
  const edge = edges.find(({ key }) => key === from?.edge);
  if (!edge || !from) return 'undefined';
  if (edge.kind === 'require' || edge.kind === 'namespace') return `${edge.key}.${from.name}`;
  return edge.names.includes(from.name) ? `${edge.key}_${from.name}` : 'undefined';
}

/**
 * @param {Module} module
 * @param {string} hot
 * @param {string} any
 * @param {{ self: boolean, accepts: string[] }} accepting
 */
function hotOf({ disposes, keeps }, hot, any, { self, accepts }) {
  if (!self && accepts.length === 0 && !disposes && !keeps) return [];
  const typed = any ? `(${hot.replace(/\.hot$/, '')} as any).hot` : hot;
  return [
    self && `${typed}?.accept();`,
    ...accepts.map((each) => `${typed}?.accept(${each});`),
    disposes && 'const serial = kit.serial();',
    disposes && `${typed}?.dispose(() => kit.didDispose(serial));`,
    keeps && `const kept${any} = ${typed}?.keep('kept', () => kit.serial());`,
  ];
}

/** @param {Module} module */
function resourcesOf({ resources }) {
  return resources.map((kind) => `kit.resource(() => ${/** @type {any} */ (RESOURCES)[kind]});`);
}

/** @param {Module} module */
function faultOf({ id, fault, format }) {
  switch (fault) {
    case 'syntax':
      return 'const = 1;';
    case 'throw':
      return `throw new Error('${id} is broken');`;
    case 'reject':
      return isEsm(format)
        ? `await Promise.reject(new Error('${id} is broken'));`
        : `throw new Error('${id} is broken');`;
    default:
      return '';
  }
}

/** @param {Module} module @param {{ look: string[] }[]} links @param {string} any */
function lookOf({ id, exports: exported, disposes, keeps }, links, any) {
  const own = exported.filter(({ kind }) => kind !== 'default').map(({ name }) => name);
  return [
    `  look.at('${id}', version, (shown${any}) => {`,
    '    if (look.isCounted) count += 1;',
    `    look.counts.${id} = count;`,
    disposes && `    look.serials.${id} = serial;`,
    keeps && `    look.kept.${id} = kept;`,
    ...own.map((name) => `    shown.${name} = look.see(() => ${name});`),
    ...links.flatMap(({ look }) => look.filter(Boolean).map((line) => `    ${line}`)),
    '  });',
  ];
}

/** @param {string} id */
function serverOf(id) {
  const answer = `JSON.stringify(kit.now(look_${id}))`;
  return `kit.resource(() => process.getBuiltinModule('http')
  .createServer((request, response) => response.end(${answer}))
  .listen(0, function () { kit.port = this.address().port; }));`;
}

/** @param {Model} model @param {Module} module @param {Style} style */
function commonJsOf(model, module, style) {
  const { id, edges, exports: exported } = module;
  const isMain = module === model.modules[0];
  const type = typesOf(module, style);
  const at = (/** @type {Module} */ to) => `'${specifier(module, to, style)}'`;
  const accepted = new Set(acceptedBy(model, module));
  const links = edges.flatMap((edge) => {
    const to = moduleOf(model, edge.to);
    const from = `'${to && specifier(module, to, style, edge.kind === 'later')}'`;
    return to ? [commonJsEdge(edge, to, from, type.any)] : [];
  });
  const accepts = [...accepted].map((each) => {
    const from = at(/** @type {Module} */ (moduleOf(model, each)));
    const keys = edges.filter(({ to }) => to === each).map(({ key }) => key);
    return `${from}, () => { ${keys.map((key) => `${key} = require(${from});`).join(' ')} }`;
  });
  return [
    type.head,
    isMain && `require('${specifier(module, KIT, style)}');`,
    `// ${module.edition}`,
    ...links.flatMap(({ body = [] }) => body),
    module.fault === 'unresolved' && "require('./nowhere.cjs');",
    ...exported.map((each) => commonJsExport(module, each)),
    ...hotOf(module, 'module.hot', type.any, { self: false, accepts }),
    ...resourcesOf(module),
    faultOf(module),
    `let count${type.number} = 0;`,
    'const version = {};',
    `exports.look_${id} = look_${id};`,
    `function look_${id}(look${type.any}) {`,
    ...lookOf(module, links, type.any),
    '}',
    isMain && `exports.answer = () => kit.settled(look_${id});`,
    isMain && model.serves && serverOf(id),
    `kit.didLoad('${id}');`,
  ];
}

/**
 * @param {Edge} edge
 * @param {Module} to
 * @param {string} from quoted
 * @param {string} any
 * @returns {{ body?: string[], look: string[] }}
 */
function commonJsEdge({ key, kind, names }, to, from, any) {
  const through = to.format === 'json' ? '' : lookThrough(key, to, any);
  const shown = `shown.${key} = look.see(() => ${key});`;
  switch (kind) {
    case 'read':
      return readEdge(key, from, 'require', any);
    case 'destructure':
      return {
        body: [
          `const { ${[...names.map((name) => `${name}: ${key}_${name}`), `look_${to.id}: ${key}_look`].join(', ')} } = require(${from});`,
        ],
        look: [
          ...names.map((name) => `shown.${key}_${name} = look.see(() => ${key}_${name});`),
          `look.on(() => ${key}_look);`,
        ],
      };
    case 'lazy':
      return {
        body: [`const ${key} = () => require(${from});`],
        look: [
          `shown.${key} = look.seeLate(() => ${key}());`,
          `if (look.isSettled) look.on(() => ${key}().look_${to.id});`,
        ],
      };
    case 'optional':
      return {
        body: [
          `let ${key}${any};`,
          `try { ${key} = require(${from}); } catch (error) { ${key} = kit.late(error); }`,
        ],
        look: [`shown.${key} = look.seeLate(() => ${key});`, through],
      };
    case 'spread':
      return {
        body: [`const ${key} = require(${from});`, `Object.assign(exports, ${key});`],
        look: [shown, through],
      };
    case 'bare':
      return { body: [`require(${from});`], look: [] };
    case 'later':
      return laterEdge(key, to, from, any);
    default:
      return { body: [`let ${key}${any} = require(${from});`], look: [shown, through] };
  }
}

/** @param {Module} module @param {import('./model').Export} exported */
function commonJsExport(module, { name, kind, value, from }) {
  const stamp = `'${module.id}.${name}.${value}'`;
  const declared = {
    let: `let ${name} = ${stamp}; ${name} += '+';`,
    function: `function ${name}() { return ${stamp}; }`,
    class: `class ${name} { static v = ${stamp}; }`,
    derived: `const ${name} = ${stamp} + JSON.stringify(kit.see(() => ${derivation(module, from)}));`,
  };
  const declaration = /** @type {any} */ (declared)[kind] ?? `const ${name} = ${stamp};`;
  return `${declaration}\nexports.${name} = ${name};`;
}

/** @type {Module} */
const KIT = /** @type {any} */ ({ id: 'kit', place: 'kit', format: 'cjs' });

exports.render = render;
exports.fileOf = fileOf;
exports.jsonOf = jsonOf;
exports.RESOURCES = Object.keys(RESOURCES);
