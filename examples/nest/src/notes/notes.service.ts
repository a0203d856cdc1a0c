import { Injectable } from '@nestjs/common';
import { ConfigService } from '../config/config.service.js';
import type { Note } from './note.js';
import { titleOf } from './title.js';
import { add, notes } from './notes.store.js';

@Injectable()
export class NotesService {
  constructor(private readonly config: ConfigService) {}

  list(): { id: number; title: string }[] {
    return [...notes.values()]
      .slice(0, this.config.pageSize)
      .map(({ id, text }) => ({ id, title: titleOf(text) }));
  }

  find(id: number): Note | undefined {
    return notes.get(id);
  }

  create(text: string): Note {
    return add(text);
  }
}
