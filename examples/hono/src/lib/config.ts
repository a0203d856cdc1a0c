import { readFileSync } from 'node:fs';

export interface Config {
  name: string;
  pageSize: number;
}

const text = readFileSync(new URL('../../config.json', import.meta.url), 'utf8');

export const config: Config = JSON.parse(text);
