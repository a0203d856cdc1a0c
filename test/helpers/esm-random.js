'use strict';

/**
 * Random graphs of ES modules: imports and exports of every kind, cycles, stars, functions that are called before their
 * modules have run, top-level await, and now and then an error. The same seed gives the same graph.
 */

const { makeRandom } = require('./random');

const KINDS = ['const', 'let', 'var', 'function', 'class', 'default', 'renamed'];

/**
 * @param {number} seed
 * @returns {Record<string, string>}
 */
function randomGraph(seed) {
  const random = makeRandom(seed);
  const count = 2 + random.below(5);
  const withAwait = random.below(3) === 0;
  const names = ['main', ...Array.from({ length: count }, (_, index) => `m${index}`)];
  const modules = names.map((name) => new RandomModule(name, random));
  for (const module of modules) module.declare();
  for (const module of modules) module.connect(modules, withAwait);
  return Object.fromEntries(modules.map((module) => [`${module.name}.mjs`, module.text()]));
}

class RandomModule {
  #random;
  /** Names that other modules may ask for. @type {string[]} */
  exports = [];
  /** @type {string[]} */
  #imports = [];
  /** Expressions to look at. @type {string[]} */
  #probes = [];
  /** @type {string[]} */
  #statements = [];
  #isStar = false;

  /** @param {string} name @param {ReturnType<typeof makeRandom>} random */
  constructor(name, random) {
    this.name = name;
    this.#random = random;
  }

  declare() {
    const random = this.#random;
    for (let index = 0; index < 1 + random.below(4); index += 1) {
      const kind = random.pick(KINDS);
      // Few names, so that stars conflict.
      const name = random.below(4) === 0 ? `shared${random.below(2)}` : `${this.name}_${index}`;
      const exported = kind === 'default' ? 'default' : name;
      if (this.exports.includes(exported)) continue;
      this.exports.push(exported);
      this.#statements.push(...this.#declaration(kind, name));
    }
  }

  /** @param {RandomModule[]} modules @param {boolean} withAwait */
  connect(modules, withAwait) {
    const random = this.#random;
    for (let index = 0; index < 1 + random.below(3); index += 1) {
      this.#connectTo(random.pick(modules), index);
    }
    if (this.name === 'main') this.#imports.push(...modules.slice(1, 3).map(importOnly));
    const position = random.below(this.#statements.length + 1);
    if (withAwait && random.below(2) === 0) {
      this.#statements.splice(position, 0, `log('${this.name} waits'); await ${random.below(9)};`);
    }
    if (random.below(40) === 0) {
      this.#statements.splice(position, 0, `throw new Error('${this.name} throws');`);
    }
  }

  text() {
    const random = this.#random;
    const { name } = this;
    const probes = `[${this.#probes.map((probe) => `outcomeOf(() => ${probe})`)}]`;
    const statements = this.#statements.flatMap((statement, index) =>
      random.below(2) === 0
        ? [statement, `log('${name} ${index}', probe_${name}());`]
        : [statement],
    );
    return [
      ...random.shuffle(this.#imports),
      `log('${name} starts', probe_${name}());`,
      ...statements,
      `export function probe_${name}() { return ${probes}; }`,
      `log('${name} ends', probe_${name}());\n`,
    ].join('\n');
  }

  /** @param {string} kind @param {string} name @returns {string[]} */
  #declaration(kind, name) {
    const random = this.#random;
    const value = `'${this.name}.${name}'`;
    const setter = `export function set_${this.name}_${name}(v) { ${name} = v; return ${name}; }`;
    const later =
      random.below(2) === 0 ? `${name} = ${name} + '+';` : `[${name}] = [${name} + '!'];`;
    switch (kind) {
      case 'const':
        return [`export const ${name} = ${value};`];
      case 'function':
        return [`export function ${name}() { return ${value} + probe_${this.name}(); }`];
      case 'class':
        return [`export class ${name} { static v = probe_${this.name}(); }`];
      case 'default':
        return random.pick([
          [`export default ${value};`],
          ['export default function () { return 1; }'],
          ['export default class {}'],
          [`export default () => probe_${this.name}();`],
        ]);
      case 'renamed':
        return [
          `let inner_${name} = ${value};`,
          `export { inner_${name} as ${name} };`,
          `inner_${name} += '+';`,
        ];
      default:
        return [`export ${kind} ${name} = ${value};`, later, setter];
    }
  }

  /** @param {RandomModule} other @param {number} index */
  #connectTo(other, index) {
    const random = this.#random;
    const from = `from './${other.name}.mjs'`;
    // Now and then what is not there.
    const wanted = random.below(50) === 0 ? 'missing' : random.pick(other.exports);
    const local = `i${index}_${other.name}`;
    switch (random.below(7)) {
      case 0:
        this.#imports.push(importOnly(other));
        break;
      case 1:
        this.#imports.push(`import * as ${local} ${from};`);
        this.#probes.push(`${local}.${wanted}`, `Object.keys(${local})`, `'${wanted}' in ${local}`);
        break;
      case 2:
        if (this.#isStar && random.below(2) === 0) break;
        this.#isStar = true;
        this.#imports.push(`export * ${from};`);
        break;
      case 3:
        this.#imports.push(`export * as ns_${local} ${from};`);
        this.exports.push(`ns_${local}`);
        break;
      case 4:
        this.#imports.push(`export { ${wanted} as re_${local} } ${from};`);
        this.exports.push(`re_${local}`);
        break;
      default:
        this.#imports.push(
          `import { ${wanted} as ${local}, probe_${other.name} as p_${local} } ${from};`,
        );
        this.#probes.push(local, `typeof ${local}`, `p_${local}()`, `${local}()`);
    }
  }
}

/** @param {RandomModule} module */
function importOnly({ name }) {
  return `import './${name}.mjs';`;
}

exports.randomGraph = randomGraph;
