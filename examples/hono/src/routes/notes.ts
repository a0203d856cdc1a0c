import { Hono } from 'hono';
import { config } from '../lib/config.js';
import { add, notes } from '../lib/store.js';
import { titleOf } from '../lib/title.js';
import { list } from '../views/list.js';

const app = new Hono();

app.get('/', (c) => {
  const shown = [...notes.values()].slice(0, config.pageSize);
  return c.json(shown.map(({ id, text }) => ({ id, title: titleOf(text) })));
});

app.get('/page', (c) => c.html(list([...notes.values()])));

app.get('/export', async (c) => {
  const { toCsv } = await import('../lib/export.js');
  return c.text(toCsv());
});

app.get('/:id', (c) => {
  const note = notes.get(Number(c.req.param('id')));
  return note ? c.json(note) : c.json({ message: `There is no note ${c.req.param('id')}` }, 404);
});

app.post('/', async (c) => {
  const { text } = await c.req.json<{ text: string }>();
  return c.json(add(text), 201);
});

export default app;
