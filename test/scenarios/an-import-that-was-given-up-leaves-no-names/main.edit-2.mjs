const all = import('./all.cjs');

export const answer = async () => ['all', ...Object.keys(await all).sort()];
