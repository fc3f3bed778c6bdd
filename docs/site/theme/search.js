// Searches the sections that search-index.js lists, in the browser, without any request elsewhere.
(() => {
  const { root } = document.currentScript.dataset;
  const input = document.getElementById('search');
  const found = document.getElementById('found');
  const MOST = 12;
  let index;

  function load() {
    index ??= new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = `${root}search-index.js`;
      script.onload = () => {
        const search = new MiniSearch({
          fields: ['heading', 'page', 'text'],
          storeFields: ['url', 'page', 'heading'],
          searchOptions: { boost: { heading: 4, page: 3 }, prefix: true, fuzzy: 0.15 },
        });
        search.addAll(window.SECTIONS);
        resolve(search);
      };
      script.onerror = reject;
      document.head.append(script);
    });
    return index;
  }

  async function show() {
    const query = input.value.trim();
    const results = query === '' ? [] : (await load()).search(query, { combineWith: 'AND' });
    if (input.value.trim() !== query) return;
    const list = document.createElement('ul');
    for (const { url, page, heading } of results.slice(0, MOST)) {
      const link = document.createElement('a');
      link.href = root + url;
      link.textContent = heading === page ? page : `${page}: ${heading}`;
      list.append(document.createElement('li'));
      list.lastChild.append(link);
    }
    const none = query !== '' && results.length === 0;
    found.replaceChildren(...(none ? [`Nothing about “${query}”.`] : [list]));
    found.hidden = query === '';
  }

  input.addEventListener('focus', load);
  input.addEventListener('input', show);
  input.addEventListener('keydown', ({ key }) => {
    if (key === 'Enter') found.querySelector('a')?.click();
    if (key === 'Escape') found.hidden = true;
  });
})();
