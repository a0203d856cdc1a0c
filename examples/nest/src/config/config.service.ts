import { readFileSync } from 'node:fs';
import { Injectable } from '@nestjs/common';

interface Config {
  name: string;
  pageSize: number;
}

const config: Config = JSON.parse(
  readFileSync(new URL('../../config.json', import.meta.url), 'utf8'),
);

@Injectable()
export class ConfigService {
  readonly name = config.name;
  readonly pageSize = config.pageSize;
}
