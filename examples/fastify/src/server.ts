import Fastify from 'fastify';
import closeWithGrace from 'close-with-grace';

try {
  process.loadEnvFile();
} catch {
  // There is none.
}

const app = Fastify({ logger: { level: process.env.LOG_LEVEL ?? 'info' } });

app.register(import('./app.ts'));

closeWithGrace({ delay: Number(process.env.FASTIFY_CLOSE_GRACE_DELAY) || 500 }, async ({ err }) => {
  if (err) app.log.error(err);
  await app.close();
});

app.listen({ port: Number(process.env.PORT ?? 3000) }, (error) => {
  if (!error) return;
  app.log.error(error);
  process.exit(1);
});
