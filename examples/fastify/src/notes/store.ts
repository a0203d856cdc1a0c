export type Status = 'open' | 'done';

export interface Note {
  id: number;
  text: string;
  status: Status;
}

/** The notes of this process, by id. */
export const notes = new Map<number, Note>();

export function add(text: string, status: Status = 'open'): Note {
  const note = { id: notes.size + 1, text, status };
  notes.set(note.id, note);
  return note;
}

add('read the guide', 'done');
add('write an app');
