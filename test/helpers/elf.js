'use strict';

/* What a shared library for Linux asks of the system that loads it, as its own tables say: System V ABI, and LSB for versions. */

const SECTION_OF_NEEDED_VERSIONS = 0x6ffffffe;

/**
 * The names of all symbol versions that a library needs, such as `GLIBC_2.17`.
 *
 * @param {Buffer} bytes of a 64-bit little-endian ELF file
 * @returns {string[]}
 */
function neededVersions(bytes) {
  const ELF64_LITTLE_ENDIAN = '7f454c460201';
  if (bytes.toString('hex', 0, 6) !== ELF64_LITTLE_ENDIAN) throw new Error('no such ELF file');
  const sections = readSections(bytes);
  const table = sections.find(({ type }) => type === SECTION_OF_NEEDED_VERSIONS);
  if (!table) return [];
  const strings = sections[table.link];
  const names = [];
  // A list of libraries, each with a list of versions; the last of a list has no next.
  for (let library = table.offset, next = -1; next !== 0; library += next) {
    next = bytes.readUInt32LE(library + 12);
    let version = library + bytes.readUInt32LE(library + 8);
    for (let following = -1; following !== 0; version += following) {
      following = bytes.readUInt32LE(version + 12);
      const name = strings.offset + bytes.readUInt32LE(version + 8);
      names.push(bytes.toString('latin1', name, bytes.indexOf(0, name)));
    }
  }
  return names;
}

/** @param {Buffer} bytes */
function readSections(bytes) {
  const start = Number(bytes.readBigUInt64LE(0x28));
  const size = bytes.readUInt16LE(0x3a);
  const count = bytes.readUInt16LE(0x3c);
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    return {
      type: bytes.readUInt32LE(at + 4),
      offset: Number(bytes.readBigUInt64LE(at + 24)),
      link: bytes.readUInt32LE(at + 40),
    };
  });
}

exports.neededVersions = neededVersions;
