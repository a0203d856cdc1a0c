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
  adapt(exports, { singleton }) {
    const i18next = exports.default ?? exports;
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
