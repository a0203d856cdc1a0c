import { setting } from './setting.mjs';
throw new Error(`no ${setting}`);
