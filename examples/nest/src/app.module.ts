import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { AppController } from './app.controller.js';
import { AppService } from './app.service.js';
import { RequestCountInterceptor } from './common/request-count.interceptor.js';
import { ConfigModule } from './config/config.module.js';
import { NotesModule } from './notes/notes.module.js';

@Module({
  imports: [ConfigModule, NotesModule],
  controllers: [AppController],
  providers: [AppService, { provide: APP_INTERCEPTOR, useClass: RequestCountInterceptor }],
})
export class AppModule {}
