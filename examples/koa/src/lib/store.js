/** The notes of this process, by id. */
export const notes = new Map();

export function add(text, status = 'open') {
  const note = { id: notes.size + 1, text, status };
  notes.set(note.id, note);
  return note;
}

add('read the guide', 'done');
add('write an app');
