import app from './app.js';
import { config } from './config.js';

const server = app.listen(process.env.PORT ?? 3000, () => {
  console.log(`${config.name} listens on port ${server.address().port}`);
});
