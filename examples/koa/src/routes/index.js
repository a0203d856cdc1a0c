import Router from '@koa/router';
import { router as notes } from './notes.js';

export const router = new Router();

router.get('/', (ctx) => {
  ctx.body = `Hello from ${ctx.config.name}!`;
});

router.get('/stats', (ctx) => {
  ctx.body = { requests: ctx.counts.requests };
});

router.use('/notes', notes.routes());
