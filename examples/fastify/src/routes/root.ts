import { type FastifyPluginAsync } from 'fastify';
import { counts } from '../counts.ts';

const root: FastifyPluginAsync = async (fastify): Promise<void> => {
  fastify.get('/', async () => `Hello from ${fastify.config.name}!`);

  fastify.get('/stats', async () => ({ requests: counts.requests }));
};

export default root;
