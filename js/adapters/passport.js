'use strict';

/** Passport asks all its serializers in turn, so that those of an old version would come first. */

/** @type {import('../index').Adapter} */
module.exports = {
  package: 'passport',
  adapt(passport, { registry }) {
    for (const each of ['_strategies', '_serializers', '_deserializers', '_infoTransformers']) {
      registry(passport, each);
    }
  },
};
