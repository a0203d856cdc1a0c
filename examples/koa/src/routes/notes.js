import Router from '@koa/router';
import { add, notes } from '../lib/store.js';
import { titleOf } from '../lib/title.js';

export const router = new Router();

router.get('/', (ctx) => {
  const shown = [...notes.values()].slice(0, ctx.config.pageSize);
  ctx.body = shown.map(({ id, text }) => ({ id, title: titleOf(text) }));
});

router.get('/export', async (ctx) => {
  const { toCsv } = await import('../lib/export.js');
  ctx.body = toCsv();
});

router.get('/:id', (ctx) => {
  ctx.body =
    notes.get(Number(ctx.params.id)) ?? ctx.throw(404, `There is no note ${ctx.params.id}`);
});

router.post('/', (ctx) => {
  ctx.status = 201;
  ctx.body = add(ctx.request.body.text);
});
