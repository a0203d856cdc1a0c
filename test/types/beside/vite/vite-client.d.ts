/* What `vite/client` declares of modules, in short. */

interface ImportMetaEnv {
  BASE_URL: string;
}

interface ViteHotContext {
  readonly data: any;
  accept(): void;
  accept(dependency: string, callback: (module: Record<string, any> | undefined) => void): void;
}

interface ImportMeta {
  readonly hot?: ViteHotContext;
  readonly env: ImportMetaEnv;
}
