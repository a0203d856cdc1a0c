import type { FC } from 'hono/jsx';

export const Layout: FC<{ title: string }> = ({ title, children }) => (
  <html lang="en">
    <head>
      <title>{title}</title>
    </head>
    <body>{children}</body>
  </html>
);
