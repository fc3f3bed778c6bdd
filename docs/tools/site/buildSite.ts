import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EleventyConfig } from '@11ty/eleventy';
import { layout } from './layout';
import { siteLink } from './links';
import { amendMarkdown } from './markdown';
import { placeOf, SOURCE, sitePages } from './pages';
import { sectionsOf } from './searchIndex';

/** The pictures that pages show, and their places on the site. */
const PICTURES = [
  ['docs/audit.png', 'pictures/audit.png'],
  ['notebooks/readme/class-changes.png', 'pictures/class-changes.png'],
] as const;

/**
 * Makes the site by Eleventy: the pages of docs/site, the notebooks and the reference, and an index of
 * all for the search.
 *
 * @param output the folder of the site; the process works in the workspace's root
 */
export async function buildSite(output: string): Promise<void> {
  const { default: Eleventy } = await import('@11ty/eleventy');
  const { default: temml } = await import('temml');
  const formula = (tex: string) => temml.renderToString(tex, { displayMode: true });
  const site = new Eleventy(SOURCE, output, {
    quietMode: true,
    config: (config) => configure(config, output, formula),
  });
  await site.write();
}

function configure(config: EleventyConfig, output: string, formula: (tex: string) => string) {
  const pages = sitePages();
  for (const { path, text } of pages)
    if (!existsSync(join(SOURCE, path))) config.addTemplate(path, text);
  const pageAt = (stem: string) => pages.find(({ path }) => `/${path}` === `${stem}.md`)!;
  const places = new Map([
    ...PICTURES,
    ...pages.map((page) => [page.source, placeOf(page)] as const),
  ]);
  config.amendLibrary('md', (markdown) =>
    amendMarkdown(markdown, formula, (target, stem) => {
      const page = pageAt(stem);
      return siteLink(target, { source: page.source, place: placeOf(page) }, places);
    }),
  );
  config.addGlobalData(
    'permalink',
    () => (data: { page: { filePathStem: string } }) => placeOf(pageAt(data.page.filePathStem)),
  );
  config.addTransform('layout', function (content) {
    return layout(this.page.url, content, pages);
  });
  config.addPassthroughCopy({
    [`${SOURCE}/theme`]: '.',
    ...Object.fromEntries(PICTURES),
    'node_modules/minisearch/dist/umd/index.js': 'minisearch.js',
  });
  config.on('eleventy.after', async ({ results }) => {
    // A script, since a page on a disk may not read a file.
    const sections = JSON.stringify(sectionsOf(results));
    await writeFile(join(output, 'search-index.js'), `window.SECTIONS = ${sections};\n`);
  });
  return { markdownTemplateEngine: false, templateFormats: ['md'] };
}
