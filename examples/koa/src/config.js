import { readFile } from 'node:fs/promises';

export const config = JSON.parse(
  await readFile(new URL('../config.json', import.meta.url), 'utf8'),
);
