import { held } from './holder.mjs';

export const one = () => held();
