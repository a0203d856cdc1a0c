import { notes } from './store.js';

/** The notes as a table. */
export function toCsv(): string {
  const rows = [...notes.values()].map(({ id, status, text }) => `${id},${status},${text}`);
  return ['id,status,text', ...rows].join('\n');
}
