import.meta.hot?.dispose(() => {});
await new Promise((resolve) => setImmediate(resolve));
export const value = await Promise.resolve('awaited');
