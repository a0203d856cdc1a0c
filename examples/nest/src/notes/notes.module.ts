import { Module } from '@nestjs/common';
import { ConfigModule } from '../config/config.module.js';
import { NotesController } from './notes.controller.js';
import { NotesService } from './notes.service.js';

@Module({ imports: [ConfigModule], controllers: [NotesController], providers: [NotesService] })
export class NotesModule {}
