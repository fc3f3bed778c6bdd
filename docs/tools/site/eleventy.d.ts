/** Eleventy, as far as the site uses it; the package has no types. */
declare module '@11ty/eleventy' {
  export interface WrittenPage {
    readonly url: string;
    readonly content: string;
  }

  export interface EleventyConfig {
    addTemplate(path: string, content: string): void;
    addGlobalData(name: string, value: unknown): void;
    addPassthroughCopy(files: Readonly<Record<string, string>>): void;
    addTransform(
      name: string,
      transform: (this: { page: { url: string } }, content: string) => string,
    ): void;
    amendLibrary(language: 'md', amend: (library: import('./markdown').MarkdownIt) => void): void;
    on(
      event: 'eleventy.after',
      listener: (written: { results: readonly WrittenPage[] }) => void | Promise<void>,
    ): void;
  }

  export default class Eleventy {
    constructor(
      input: string,
      output: string,
      options: { quietMode: boolean; config: (config: EleventyConfig) => unknown },
    );
    write(): Promise<unknown>;
  }
}
