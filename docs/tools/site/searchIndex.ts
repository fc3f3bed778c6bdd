/** A part of a page that a search finds. */
export interface Section {
  readonly id: number;
  /** From the site's root, with the anchor of the heading. */
  readonly url: string;
  readonly page: string;
  readonly heading: string;
  readonly text: string;
}

const HEADING = /<h([1-3]) id="([^"]*)"[^>]*>([\s\S]*?)<\/h\1>/g;

/** The sections of all pages, a heading and what stands below it each. */
export function sectionsOf(
  pages: readonly { readonly url: string; readonly content: string }[],
): Section[] {
  return pages
    .flatMap(({ url, content }) => {
      const [, main = ''] = /<main[^>]*>([\s\S]*)<\/main>/.exec(content) ?? [];
      const headings = [...main.matchAll(HEADING)];
      const page = textOfHtml(headings[0]?.[3] ?? '');
      return headings.map((heading, i) => ({
        url: `${url.slice(1)}#${heading[2]}`,
        page,
        heading: textOfHtml(heading[3]!),
        text: textOfHtml(
          main.slice(heading.index + heading[0].length, headings[i + 1]?.index ?? main.length),
        ),
      }));
    })
    .map((section, id) => ({ id, ...section }));
}

/** HTML as text. */
function textOfHtml(html: string): string {
  return html
    .replace(/<annotation[\s\S]*?<\/annotation>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .trim();
}
