/** What this process has seen since it started. */
export const counts = { requests: 0 };
