import { Injectable } from '@nestjs/common';
import { counts } from './common/counts.js';
import { ConfigService } from './config/config.service.js';

@Injectable()
export class AppService {
  constructor(private readonly config: ConfigService) {}

  getHello(): string {
    return `Hello from ${this.config.name}!`;
  }

  getStats(): { requests: number } {
    return { requests: counts.requests };
  }
}
