import {
  Body,
  Controller,
  Get,
  NotFoundException,
  Param,
  ParseIntPipe,
  Post,
} from '@nestjs/common';
import { CreateNoteDto } from './create-note.dto.js';
import type { Note } from './note.js';
import { NotesService } from './notes.service.js';

@Controller('notes')
export class NotesController {
  constructor(private readonly notesService: NotesService) {}

  @Get()
  list() {
    return this.notesService.list();
  }

  @Get('export')
  async export(): Promise<string> {
    const { toCsv } = await import('./notes.export.js');
    return toCsv();
  }

  @Get(':id')
  find(@Param('id', ParseIntPipe) id: number): Note {
    const note = this.notesService.find(id);
    if (!note) throw new NotFoundException(`There is no note ${id}`);
    return note;
  }

  @Post()
  create(@Body() { text }: CreateNoteDto): Note {
    return this.notesService.create(text);
  }
}
