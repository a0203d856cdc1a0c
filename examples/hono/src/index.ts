import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { config } from './lib/config.js';
import { counts, countRequests } from './lib/counts.js';
import notes from './routes/notes.js';
import { home } from './views/home.js';

const app = new Hono();

app.use(countRequests);
app.get('/', (c) => c.html(home(config.name)));
app.get('/stats', (c) => c.json({ requests: counts.requests }));
app.route('/notes', notes);
app.notFound((c) => c.json({ message: `There is no ${c.req.path}` }, 404));

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }, (info) => {
  console.log(`Server is running on http://localhost:${info.port}`);
});
