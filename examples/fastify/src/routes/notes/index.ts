import { type FastifyPluginAsync } from 'fastify';
import { add, notes } from '../../notes/store.ts';
import { titleOf } from '../../notes/title.ts';

const routes: FastifyPluginAsync = async (fastify): Promise<void> => {
  fastify.get('/', async () =>
    [...notes.values()]
      .slice(0, fastify.config.pageSize)
      .map(({ id, text }) => ({ id, title: titleOf(text) })),
  );

  fastify.get('/export', async () => {
    const { toCsv } = await import('../../notes/export.ts');
    return toCsv();
  });

  fastify.get<{ Params: { id: string } }>('/:id', async (request) => {
    const note = notes.get(Number(request.params.id));
    if (!note) throw fastify.httpErrors.notFound(`There is no note ${request.params.id}`);
    return note;
  });

  fastify.post<{ Body: { text: string } }>('/', async (request, reply) => {
    reply.code(201);
    return add(request.body.text);
  });
};

export default routes;
