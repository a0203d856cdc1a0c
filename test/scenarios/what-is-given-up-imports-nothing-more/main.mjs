import { later } from './first.mjs';
import './second.mjs';
export const answer = async () => {
  await later;
  return process.listeners('ping').filter(({ app }) => app === import.meta.dirname).length;
};
