'use strict';

/**
 * Files that are no modules, and folders, that versions depend on: a change of what one holds is a change of the
 * module.
 */

/** @typedef {import('./record').Version} Version */

/** What is read of a path: what a file holds, or which names a folder has. @typedef {'file' | 'folder'} ReadKind */

class FileDependencies {
  /** By kind and path: what each version has read. @type {Map<string, Map<Version, string | null>>} */
  #reads = new Map();

  /**
   * @param {ReadKind} kind
   * @param {string} filePath absolute
   * @param {Version} version
   * @param {string | null} fingerprint of what the version reads; null if there is nothing to read
   */
  add(kind, filePath, version, fingerprint) {
    const key = `${kind}:${filePath}`;
    const readers = this.#reads.get(key) ?? new Map();
    for (const each of readers.keys()) if (each.isStale) readers.delete(each);
    readers.set(version, fingerprint);
    this.#reads.set(key, readers);
  }

  /** @returns {[path: string, fingerprint: string | null][]} files that were read, with what was read last */
  files() {
    return this.#of('file').map(([file, readers]) => [file, [...readers.values()].at(-1) ?? null]);
  }

  /** Does a version that is not stale depend on what the file holds? @param {string} filePath */
  isRead(filePath) {
    const readers = this.#reads.get(`file:${filePath}`);
    return [...(readers?.keys() ?? [])].some((version) => !version.isStale);
  }

  /** @returns {string[]} folders whose names were read */
  folders() {
    return this.#of('folder').map(([folder]) => folder);
  }

  /**
   * @param {ReadKind} kind
   * @returns {[path: string, readers: Map<Version, string | null>][]}
   */
  #of(kind) {
    const prefix = `${kind}:`;
    return [...this.#reads].flatMap(([key, readers]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), readers]] : [],
    );
  }

  /**
   * @param {ReadKind} kind
   * @param {string} filePath
   * @param {() => string | null} fingerprint of what is there now; looks, so only where a module depends on it
   * @returns {import('./record').ModuleRecord[]} modules that depend on it, if it is another
   */
  changed(kind, filePath, fingerprint) {
    const readers = this.#reads.get(`${kind}:${filePath}`);
    if (!readers) return [];
    const now = fingerprint();
    return [...readers].flatMap(([version, then]) =>
      version.isStale || then === now ? [] : version.record,
    );
  }
}

exports.FileDependencies = FileDependencies;
