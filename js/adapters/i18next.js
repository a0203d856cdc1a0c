'use strict';

/** i18next exports one instance, which `init()` sets up once. */

/** What `init()` and later calls add to the fields that an instance has at first. */
const LATER = [
  'store',
  'translator',
  'format',
  'language',
  'languages',
  'resolvedLanguage',
  'isInitialized',
  'isInitializing',
  'isLanguageChangingTo',
  'initializedStoreOnce',
  'initializedLanguageOnce',
  'pendingWarnings',
];

/** @type {import('../index').Adapter} */
module.exports = {
  package: 'i18next',
  versions: '>=20',
  adapt(exports, { registry, singleton }) {
    const i18next = exports.default ?? exports;
    adaptProcessors(i18next, registry);
    singleton(i18next, ['init'], () => {
      const fields = Object.entries(i18next.createInstance());
      const later = LATER.map((name) => [name, undefined]);
      // Its methods are bound to the instance, and read the fields.
      return Object.fromEntries([
        ...later,
        ...fields.filter(([, value]) => typeof value !== 'function'),
      ]);
    });
  },
};

/**
 * Post-processors are in a list that all instances share and no one else can reach, so one that hands on stands there for
 * each name.
 *
 * @param {any} i18next
 * @param {import('../index').AdapterTools['registry']} registry
 */
function adaptProcessors(i18next, registry) {
  /** @type {{ processors: Record<string, any> }} */
  const own = { processors: {} };
  registry(own, 'processors');
  const { use } = i18next;
  i18next.use = (/** @type {any} */ module) => {
    if (module?.type !== 'postProcessor') return Reflect.apply(use, i18next, [module]);
    const { type, name } = module;
    own.processors[name] = module;
    const process = (/** @type {unknown} */ value, /** @type {unknown[]} */ ...rest) =>
      own.processors[name]?.process(value, ...rest) ?? value;
    return Reflect.apply(use, i18next, [{ type, name, process }]);
  };
}
