import { readFileSync } from 'node:fs';
import fp from 'fastify-plugin';

export interface Config {
  name: string;
  pageSize: number;
}

export default fp(async (fastify) => {
  const text = readFileSync(new URL('../../config.json', import.meta.url), 'utf8');
  fastify.decorate('config', JSON.parse(text) as Config);
});

declare module 'fastify' {
  export interface FastifyInstance {
    config: Config;
  }
}
