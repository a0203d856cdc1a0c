import { setting } from './setting.mjs';
process.on('ping', Object.assign(() => setting, { app: import.meta.dirname }));
