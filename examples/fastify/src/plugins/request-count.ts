import fp from 'fastify-plugin';
import { counts } from '../counts.ts';

export default fp(async (fastify) => {
  fastify.addHook('onResponse', async () => {
    counts.requests += 1;
  });
});
