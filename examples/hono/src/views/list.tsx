import type { Note } from '../lib/store.js';
import { titleOf } from '../lib/title.js';
import { Layout } from './layout.js';

export const list = (notes: Note[]) => (
  <Layout title="Notes">
    <ul>
      {notes.map(({ text, status }) => (
        <li class={status}>{titleOf(text)}</li>
      ))}
    </ul>
  </Layout>
);
