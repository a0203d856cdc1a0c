import { Layout } from './layout.js';

export const home = (name: string) => (
  <Layout title={name}>
    <h1>Hello from {name}!</h1>
  </Layout>
);
