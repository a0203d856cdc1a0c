import { held } from './holder.mjs';

export const two = () => held();
