import type { Cell, CellOutput, Notebook } from '#kernels/notebook';

/** Sets a flag where it runs; a link that leads to it leads nowhere. */
const CODE = "void(window['hacked']=1)";

/** HTML that runs code where nothing is taken out of it, by name. */
export const ATTACKS: Readonly<Record<string, string>> = {
  script: `<script>${CODE}</script>`,
  'script in capitals': `<ScRiPt >${CODE}</sCrIpT >`,
  'end of a script': `</script><script>${CODE}</script>`,
  'end of a comment': `--><script>${CODE}</script>`,
  'end of a title': `</title><script>${CODE}</script>`,
  'end of a style': `</style><script>${CODE}</script>`,
  'end of code': `</code></pre></details></section></main><script>${CODE}</script>`,
  'an image that fails': `<img src=x onerror="${CODE}">`,
  'an attribute ends': `"><img src=x onerror="${CODE}">`,
  'an apostrophe ends it': `'><img src=x onerror="${CODE}">`,
  'an attribute follows': `" onmouseover="${CODE}" onfocus="${CODE}" autofocus tabindex="1" x="`,
  'svg that loads': `<svg onload="${CODE}"></svg>`,
  'svg with a script': `<svg><script>${CODE}</script></svg>`,
  'svg with a link': `<svg width="9" height="9"><a xlink:href="javascript:${CODE}"><text y="9">x</text></a></svg>`,
  'svg that animates a link': `<svg><a><animate attributeName="href" values="javascript:${CODE}"/><text y="9">x</text></a></svg>`,
  'svg with foreign content': `<svg><foreignObject><img src=x onerror="${CODE}"></foreignObject></svg>`,
  'formula with foreign content': `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${CODE.replaceAll("'", '&#39;')}&gt;">`,
  'a link': `<a href="javascript:${CODE}">x</a>`,
  'a link with a tab': `<a href="java\tscript:${CODE}">x</a>`,
  'a link in entities': `<a href="&#106;avascript:${CODE}">x</a>`,
  'a link in Markdown': `[x](javascript:void(window.hacked=1))`,
  'an image in Markdown': `![x" onerror="${CODE}](x)`,
  'a reference in Markdown': `[x][1]\n\n[1]: javascript:void(window.hacked=1)`,
  'a formula with a link': `$\\href{javascript:void(window.hacked=1)}{x}$`,
  'a formula with markup': `$\\text{<img src=x onerror=${CODE}>}$ $<img src=x onerror=${CODE}>$`,
  'fenced code': `\`\`\`"><img src=x onerror=${CODE}>\n<img src=x onerror=${CODE}>\n\`\`\``,
  'a frame': `<iframe srcdoc="<script>parent.hacked='yes'</script>"></iframe>`,
  'a frame with a link': `<iframe src="javascript:void(parent.hacked=1)"></iframe>`,
  'an object': `<object data="javascript:${CODE}"></object><embed src="javascript:${CODE}">`,
  'a form': `<form action="javascript:${CODE}"><button>x</button></form>`,
  'a button that sends': `<button formaction="javascript:${CODE}" form="f">x</button><form id="f"></form>`,
  'details that open': `<details open ontoggle="${CODE}">x</details>`,
  'a base': `<base href="javascript:/"><a href="..//${CODE}">x</a>`,
  'a meta element': `<meta http-equiv="refresh" content="0; url=data:text/html,<script>${CODE}</script>">`,
  'a video': `<video><source onerror="${CODE}"></video>`,
  'an animation': `<style>@keyframes x{}</style><b style="animation-name:x" onanimationstart="${CODE}">x</b>`,
  'a name that hides others': `<img name="querySelectorAll"><form id="figures"></form><b data-figure="0" id="figures">x</b>`,
};

/** A notebook that holds a text wherever a notebook can hold one, of the right type or not. */
export function notebookOf(attack: string, figure = false): Notebook {
  const output = (data: object, metadata: object = {}) => ({
    ...{ output_type: 'display_data', data, metadata },
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${attack}</svg>`;
  const outputs = [
    { output_type: 'stream', name: attack, text: attack },
    { output_type: 'stream', name: 'stderr', text: [attack] },
    { output_type: 'error', ename: attack, evalue: attack, traceback: [attack] },
    { output_type: 'error', ename: attack, evalue: attack, traceback: attack },
    output({ 'text/html': attack }),
    output({ 'text/markdown': attack }),
    output({ 'text/latex': attack }),
    output({ 'text/plain': attack }),
    output({ 'image/svg+xml': svg }),
    output({ 'image/png': attack, 'text/plain': attack }),
    output({ 'image/jpeg': 'AAAA' }, { 'image/jpeg': { width: attack, height: attack } }),
    output({ [attack]: attack }),
    { output_type: attack, data: { [attack]: attack } },
    ...(figure
      ? [
          output({
            'application/vnd.plotly.v1+json': {
              data: [
                { type: 'bar', x: [attack], y: [1], name: attack, text: attack, hovertext: attack },
              ],
              layout: { title: { text: attack }, width: 300, images: [{ source: attack }] },
            },
            'text/plain': attack,
          }),
        ]
      : []),
  ];
  const code = (execution_count: unknown, list: readonly object[]) => ({
    ...{ cell_type: 'code', id: attack, metadata: { tags: attack }, source: attack },
    execution_count,
    outputs: list as unknown as readonly CellOutput[],
  });
  const cells = [
    { cell_type: 'markdown', id: 'a', metadata: {}, source: `# Heading ${attack}` },
    {
      ...{ cell_type: 'markdown', id: 'b', metadata: {} },
      source: `${attack}\n\n![${attack}](attachment:a.png "${attack}")\n`,
      attachments: { 'a.png': { [`image/png${attack}`]: attack } },
    },
    { cell_type: 'raw', id: 'c', metadata: {}, source: attack },
    code(attack, outputs),
    { ...code(null, []), outputs: undefined },
  ];
  return {
    cells: cells as unknown as readonly Cell[],
    metadata: { language_info: { name: attack } },
  };
}
