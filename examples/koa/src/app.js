import Koa from 'koa';
import { bodyParser } from '@koa/bodyparser';
import { config } from './config.js';
import { counts, countRequests } from './lib/counts.js';
import { errors } from './lib/errors.js';
import { router } from './routes/index.js';

const app = new Koa();

app.context.config = config;
app.context.counts = counts;
app.use(errors);
app.use(countRequests);
app.use(bodyParser());
app.use(router.routes());
app.use(router.allowedMethods());

export default app;
