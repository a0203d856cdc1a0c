const { held } = await import('./holder.mjs');

export const three = () => held();
