const all = import('./all.cjs');

export const answer = async () => Object.keys(await all).sort();
