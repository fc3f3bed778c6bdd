import { escapeHtml } from '#kernels/table';
import { placeOf, type SitePage, titleOf } from './pages';

/**
 * A page of the site around its content. Links are relative, so that the site works from any folder of a
 * server, and from a disk without one.
 *
 * @param url the page's place from the site's root, as `/tutorials/audit.html`
 */
export function layout(url: string, content: string, pages: readonly SitePage[]): string {
  const root = '../'.repeat(url.split('/').length - 2) || './';
  const page = pages.find((one) => `/${placeOf(one)}` === url);
  const title = page ? titleOf(page) : 'Selective Brain Damage';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="${root}style.css">
<script defer src="${root}minisearch.js"></script>
<script defer src="${root}search.js" data-root="${root}"></script>
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header>
<a class="home" href="${root}index.html">Selective Brain Damage</a>
<a class="menu" href="#contents">Contents</a>
<search><input id="search" type="search" placeholder="Search" aria-label="Search the documentation" autocomplete="off">
<div id="found" aria-live="polite"></div></search>
</header>
<main id="content">
${content}
</main>
<nav id="contents" aria-label="Contents">
${navigation(url, root, pages)}
</nav>
</body>
</html>
`;
}

function navigation(url: string, root: string, pages: readonly SitePage[]): string {
  const groups = new Set(pages.flatMap(({ group }) => group ?? []));
  return [...groups]
    .map((group) => {
      const items = pages
        .filter((page) => page.group === group)
        .map((page) => {
          const place = placeOf(page);
          const current = `/${place}` === url ? ' aria-current="page"' : '';
          return `<li><a href="${root}${place}"${current}>${escapeHtml(titleOf(page))}</a></li>`;
        });
      return `<h2>${escapeHtml(group)}</h2>\n<ul>\n${items.join('\n')}\n</ul>`;
    })
    .join('\n');
}
