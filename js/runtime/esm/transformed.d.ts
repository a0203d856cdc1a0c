/** What the native transform makes of the text of an ES module. */
export interface TransformedModule {
  /** The body of a function: the source, at its lines and columns, without its imports and exports. */
  code: string;
  /** Where `code` is longer or shorter than the text that was edited: offset, length, length before.
   * Then the same of the edits before these. */
  moves: number[][];
  /** JSON source map from `code` to the user's file, if its text was made anew. */
  map?: string;
  /** The comment that gives `code` that map. It counts one line before `code`. */
  mapComment?: string;
  /** An identifier that occurs nowhere in the source. All names that the runtime gives begin with it. */
  base: string;
  isAsync: boolean;
  usesMeta: boolean;
  /** Does `code` call what makes the objects of classes with decorators? */
  usesDecorators: boolean;
  requests: {
    specifier: string;
    attributes: { key: string; value: string }[];
    startUtf16: number;
  }[];
  /** Without a name: the namespace object. */
  imports: { request: number; name?: string; local: string; startUtf16: number }[];
  /** Exported variables; the place in the array is the slot. Without `local`: the value of `export default`. */
  locals: {
    names: string[];
    local?: string;
    kind: 'function' | 'var' | 'lexical' | 'default';
    /** Is it assigned to after its declaration? */
    isMutated: boolean;
  }[];
  /** Exports of what is imported. Without `imported`: the namespace object. */
  indirects: { name: string; request: number; imported?: string; startUtf16: number }[];
  /** Requests of each `export *`. */
  stars: number[];
  /** Is it TypeScript that means CommonJS? */
  isCommonJs?: boolean;
  /** Does the text import or export anything? */
  hasModuleSyntax?: boolean;
  /** The name that an anonymous default function was given. */
  defaultFunction?: string;
  /** Of all this, where that was counted. */
  key?: string;
}

/** The same of a file that was read ahead of the program. */
export interface ModuleAhead extends TransformedModule {
  fingerprint: string;
  language: 'js' | 'jsx' | 'ts' | 'tsx';
  kind: 'module' | 'compiled';
  /** By request: the file that a relative specifier stands for. */
  targets: (string | null)[];
}
