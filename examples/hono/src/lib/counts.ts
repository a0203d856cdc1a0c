import { createMiddleware } from 'hono/factory';

/** What this process has seen since it started. */
export const counts = { requests: 0 };

export const countRequests = createMiddleware(async (c, next) => {
  await next();
  counts.requests += 1;
});
