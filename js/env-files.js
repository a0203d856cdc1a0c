'use strict';

/**
 * Files of variables: those that `--env-file` names, which Node reads once, before any code runs, and those that a program reads
 * itself. What is set already is not set anew, so a change of one asks for a restart.
 */

const fs = require('node:fs');
const path = require('node:path');
const { parseEnv } = require('node:util');

const NAMES = ['--env-file', '--env-file-if-exists'];

/**
 * @param {string[]} [args] those of Node
 * @param {string} [cwd] where it starts
 * @returns {string[]} absolute, there or not
 */
function envFiles(args = process.execArgv, cwd = '.') {
  return args.flatMap((arg, index) => {
    const [name = '', ...rest] = arg.split('=');
    if (!NAMES.includes(name)) return [];
    const file = rest.length > 0 ? rest.join('=') : args[index + 1];
    return file === undefined ? [] : [path.resolve(cwd, file)];
  });
}

/** @param {string} file absolute */
function isEnvFile(file) {
  return /^\.env(\.|$)/.test(path.basename(file)) || envFiles().includes(file);
}

/**
 * The environment for a process that is to read the files anew: Node lets what is set already stand, so what this process has
 * from them is left out.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {Record<string, string | undefined>} read what the files said when this process began
 * @returns {NodeJS.ProcessEnv}
 */
function withoutRead(env, read) {
  return Object.fromEntries(Object.entries(env).filter(([name, value]) => read[name] !== value));
}

/**
 * @param {string[]} files absolute
 * @returns {Record<string, string | undefined>} the last of a name counts
 */
function readEnvFiles(files) {
  const texts = files.filter((file) => fs.existsSync(file));
  return Object.assign({}, ...texts.map((file) => parseEnv(fs.readFileSync(file, 'utf8'))));
}

exports.envFiles = envFiles;
exports.isEnvFile = isEnvFile;
exports.readEnvFiles = readEnvFiles;
exports.withoutRead = withoutRead;
