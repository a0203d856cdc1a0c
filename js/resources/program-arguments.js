'use strict';

/**
 * The arguments of the program. Many a program takes words out of `process.argv` as it reads them: a new version of the
 * entry finds all of them again, as a cold start would.
 */

class ProgramArguments {
  #atFirst = [...process.argv];
  /** What there was when the stage began. @type {string[] | null} */
  #before = null;

  /** The entry is about to be evaluated again. */
  begin() {
    this.#before = [...process.argv];
    replaceAll(process.argv, this.#atFirst);
  }

  commit() {
    this.#before = null;
  }

  abort() {
    if (this.#before) replaceAll(process.argv, this.#before);
    this.#before = null;
  }
}

/**
 * In place: others may hold the list.
 *
 * @param {string[]} list
 * @param {string[]} words
 */
function replaceAll(list, words) {
  list.splice(0, list.length, ...words);
}

exports.ProgramArguments = ProgramArguments;
