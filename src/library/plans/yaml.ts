/** Plain data, as manifests hold. */
type Data = string | number | boolean | readonly Data[] | { readonly [name: string]: Data };

/** Data as a YAML document: lists and objects in blocks, text as JSON writes it, or in lines where it has some. */
export function toYaml(data: Data): string {
  return `${blockOf(data)}\n`;
}

function blockOf(data: Data): string {
  if (Array.isArray(data)) return data.map((item) => `- ${indented(blockOf(item))}`).join('\n');
  if (typeof data !== 'object') return scalar(data);
  return Object.entries(data)
    .map(
      ([name, value]) =>
        `${name}:${isNested(value) ? `\n  ${indented(blockOf(value))}` : ` ${scalar(value)}`}`,
    )
    .join('\n');
}

/** Whether data needs lines of its own. */
function isNested(data: Data): boolean {
  return typeof data === 'object';
}

function scalar(data: Data): string {
  if (typeof data !== 'string' || !data.includes('\n')) return JSON.stringify(data);
  return `|-\n${data
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')}`;
}

/** Text whose lines after the first lie two columns further in. */
function indented(text: string): string {
  return text.replaceAll('\n', '\n  ');
}
