import { Note, Status } from './note.js';

/** The notes of this process, by id. */
export const notes = new Map<number, Note>();

export function add(text: string, status?: Status): Note {
  const note = new Note(notes.size + 1, text, status);
  notes.set(note.id, note);
  return note;
}

add('read the guide', Status.Done);
add('write an app');
