/** What this process has seen since it started. */
export const counts = { requests: 0 };

export async function countRequests(ctx, next) {
  await next();
  counts.requests += 1;
}
