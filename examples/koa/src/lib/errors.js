/** Answers in JSON what a route throws. */
export async function errors(ctx, next) {
  try {
    await next();
  } catch (error) {
    ctx.status = error.status ?? 500;
    ctx.body = { message: error.expose ? error.message : 'Something went wrong' };
  }
}
