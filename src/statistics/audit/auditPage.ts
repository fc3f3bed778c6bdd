import { createHash } from 'node:crypto';
import type { ImageId } from '../predictions/predictions';
import type { Audit, AuditClassRow, AuditedModel, ChangedImage } from './audit';
import { auditCsv } from './auditCsv';
import { auditJson } from './auditJson';
import { confusionDifference } from './confusion';
import { escapeXml as escaped } from './escape';
import { PAGE_SCRIPT } from './pageScript';
import { PAGE_STYLE } from './pageStyle';
import { partTables } from './partTables';
import { auditSentence, chanceSentence, powerSentence } from './sentence';
import { counted, points, signedPoints, whole } from './wording';

/** What a page shows beside an audit's numbers. */
export interface AuditPageOptions {
  /** Small JPEG, PNG or WebP files of the changed images, by id. Default: none, names alone. */
  readonly images?: ReadonlyMap<ImageId, Uint8Array>;
  /** How it was measured, for people: `{ Preprocessing: 'bicubic, 256, 224', … }`. */
  readonly measured?: Readonly<Record<string, string>>;
}

/** Most classes of which a table of confusions is shown. */
const CONFUSION_CLASSES = 30;

/**
 * An audit as one HTML file that needs nothing else and asks nothing of any server: the verdict and why, top-1,
 * classes and groups as dots with intervals, the difference of confusions, the changed images, how it was
 * measured, and the data to download. Names and labels are shown as text and never run.
 */
export function auditPage(audit: Audit, options: AuditPageOptions = {}): string {
  const { measured = {} } = options;
  const sentences = audit.variants.map((model) => auditSentence(audit, model));
  const title =
    audit.variants.length === 1 ? sentences[0]! : `${audit.verdict}: audit of ${audit.baseline}`;
  const policy =
    `default-src 'none'; img-src data:; style-src 'unsafe-inline'; ` +
    `script-src '${hashOf(PAGE_SCRIPT)}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
<title>${escaped(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
<h1>What compression changed in ${escaped(audit.baseline)}</h1>
${audit.variants.length > 1 ? summaryOf(audit) : ''}
${audit.variants.map((model, i) => modelSection(audit, model, i, options)).join('\n')}
<h2>How it was measured</h2>
<dl class="measured">
${Object.entries({ ...limitsOf(audit), ...measured })
  .map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`)
  .join('\n')}
</dl>
<p class="muted">Intervals are of 95% and over images (Bonett and Price 2012); p-values are of the exact McNemar test,
over classes adjusted by Benjamini and Hochberg. A shrunk change is drawn towards that of all classes by as much as its
error outweighs the differences between classes (empirical Bayes; DerSimonian and Laird 1986). None of them tells how
far the result would move with another training run.</p>
<h2>The data</h2>
<p class="downloads">${download('audit.json', 'application/json', JSON.stringify(auditJson(audit), null, 1))}
${download('classes.csv', 'text/csv', auditCsv(audit))}</p>
</main>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function download(name: string, type: string, content: string): string {
  const data = Buffer.from(content).toString('base64');
  return `<a download="${name}" href="data:${type};base64,${data}">Download ${name}</a>`;
}

function limitsOf({ limits }: Audit): Record<string, string> {
  return {
    Limits:
      `top-1 may fall by ${points(limits.maxDrop)} points, a class or group by ` +
      `${points(limits.maxClassDrop)}; alpha ${limits.alpha}`,
  };
}

function summaryOf(audit: Audit): string {
  const lines = audit.variants.map((model, i) => {
    const sentence = auditSentence(audit, model);
    return `<li><a class="${model.verdict}" href="#model-${i}">${escaped(sentence)}</a></li>`;
  });
  const joint = audit.joint.map(
    ({ variant, n_models, change, change_low, change_high }) =>
      `<li>${escaped(variant)}, mean of ${n_models} models: top-1 ${signedPoints(change)} points ` +
      `(${signedPoints(change_low)} to ${signedPoints(change_high)}; 95% over models)</li>`,
  );
  return `<ul>${[...lines, ...joint].join('\n')}</ul>`;
}

function modelSection(
  audit: Audit,
  model: AuditedModel,
  index: number,
  { images = new Map() }: AuditPageOptions,
): string {
  const { flips, verdict, reasons } = model;
  const [, rest = ''] = auditSentence(audit, model).split(/: (.*)/s);
  const measured: readonly (readonly [string, string])[] = [
    [`${audit.baseline}, top-1`, `${points(flips.baseline_recall)}%`],
    [`${flips.variant}, top-1`, `${points(flips.variant_recall)}%`],
    ['lost', whole(flips.lost)],
    ['gained', whole(flips.gained)],
  ];
  const facts = [
    ...(audit.agreement ? [] : measured),
    ['labels changed', whole(flips.changed)],
    ['images', whole(flips.n_images)],
  ] as const;
  const notes = [powerSentence(audit, model), chanceSentence(audit, model)]
    .filter(Boolean)
    .join(' ');
  return `<section class="model" id="model-${index}">
<p><span class="verdict ${verdict}">${verdict}</span> ${escaped(rest)}.</p>
${reasonList(reasons)}
<p>${escaped(notes)}</p>
<dl class="facts">${facts.map(([name, value]) => `<div><dt>${escaped(name)}</dt><dd>${value}</dd></div>`).join('')}</dl>
${partTables(model)
  .map(({ by, rows }) => partTable(by, rows, by === 'class'))
  .join('\n')}
${confusionTable(audit, model)}
${gallery(audit, model, images)}
</section>`;
}

/** Reasons that are shown at once. */
const REASONS = 3;

function reasonList(reasons: AuditedModel['reasons']): string {
  const items = reasons.map(({ text }) => `<li>${escaped(text)}</li>`);
  const more = items.slice(REASONS);
  const rest =
    more.length === 0
      ? ''
      : `<details><summary>${counted(more.length, 'more reason')}</summary><ul>${more.join('\n')}</ul></details>`;
  return `<ul>${items.slice(0, REASONS).join('\n')}</ul>${rest}`;
}

function partTable(by: string, rows: readonly AuditClassRow[], opens: boolean): string {
  const low = Math.min(0, ...rows.map(({ change_low }) => change_low));
  const high = Math.max(0, ...rows.map(({ change_high }) => change_high));
  const headers: readonly (readonly [string, 'text' | 'number', string])[] = [
    [by, 'text', ''],
    ['images', 'number', 'optional'],
    ['lost', 'number', ''],
    ['gained', 'number', 'optional'],
    ['change, points', 'number', ''],
    ['shrunk', 'number', 'optional'],
  ];
  const header = headers.map(
    ([name, type, kind]) =>
      `<th scope="col" class="${kind}" data-type="${type}"${name === 'shrunk' ? ' aria-sort="ascending"' : ''}>` +
      `<button type="button">${escaped(name)}</button></th>`,
  );
  return `<h2>By ${escaped(by)}</h2>
<div class="scroll"><table>
<thead><tr>${header.join('')}<th scope="col" class="plot">${signedPoints(low)} to ${signedPoints(high)} points</th></tr></thead>
<tbody>
${rows.map((row) => partRow(row, low, high, opens)).join('\n')}
</tbody></table></div>`;
}

function partRow(row: AuditClassRow, low: number, high: number, opens: boolean): string {
  const name = row.class_name ?? String(row.class);
  const number = (value: number, text: string, kind = '') =>
    `<td class="${kind}" data-value="${value}">${text}</td>`;
  const label = opens
    ? `<button type="button" value="${row.class}">${escaped(name)}</button>`
    : escaped(name);
  return `<tr class="${row.significant ? row.direction : ''}"><td data-value="${escaped(name)}">${label}</td>${[
    number(row.n_images, whole(row.n_images), 'optional'),
    number(row.lost, whole(row.lost)),
    number(row.gained, whole(row.gained), 'optional'),
    number(row.change, signedPoints(row.change)),
    number(row.shrunk_change, signedPoints(row.shrunk_change), 'optional'),
  ].join('')}<td class="plot">${dotWithInterval(row, low, high)}</td></tr>`;
}

function dotWithInterval(row: AuditClassRow, low: number, high: number): string {
  const x = (value: number) => (((value - low) / (high - low || 1)) * 196 + 2).toFixed(1);
  const told =
    `${signedPoints(row.change)} points, ${signedPoints(row.change_low)} to ${signedPoints(row.change_high)}; ` +
    `shrunk ${signedPoints(row.shrunk_change)}`;
  return (
    `<svg viewBox="0 0 200 20" preserveAspectRatio="none" role="img" aria-label="${told}"><title>${told}</title>` +
    `<line class="zero" x1="${x(0)}" x2="${x(0)}" y1="0" y2="20"/>` +
    `<line class="bar" x1="${x(row.change_low)}" x2="${x(row.change_high)}" y1="10" y2="10"/>` +
    `<ellipse class="dot" cx="${x(row.change)}" cy="10" rx="2" ry="4"/>` +
    `<line class="shrunk" x1="${x(row.shrunk_change)}" x2="${x(row.shrunk_change)}" y1="3" y2="17"/></svg>`
  );
}

function confusionTable(audit: Audit, model: AuditedModel): string {
  const { classNames, numClasses } = audit;
  if (numClasses > CONFUSION_CLASSES) return '';
  const difference = confusionDifference(model.changed, numClasses);
  const most = Math.max(1, ...difference.flat().map(Math.abs));
  const name = (c: number) => escaped(classNames?.[c] ?? String(c));
  const rows = difference.map((row, from) => {
    const cells = row.map((count) => {
      const weight = (Math.abs(count) / most).toFixed(2);
      return `<td data-sign="${Math.sign(count)}" style="--weight:${weight}">${count === 0 ? '' : signed(count)}</td>`;
    });
    return `<tr><td>${name(from)}</td>${cells.join('')}</tr>`;
  });
  return `<h2>Labels more or less often given</h2>
<p class="muted">${escaped(model.flips.variant)} less ${escaped(audit.baseline)}: images of the class on the left with the label on top.</p>
<div class="scroll"><table class="confusion">
<thead><tr><th></th>${difference.map((_, c) => `<th scope="col">${name(c)}</th>`).join('')}</tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>`;
}

function signed(count: number): string {
  return count > 0 ? `+${count}` : `−${-count}`;
}

function gallery(
  audit: Audit,
  { changed, flips }: AuditedModel,
  images: ReadonlyMap<ImageId, Uint8Array>,
): string {
  const name = (c: number) => audit.classNames?.[c] ?? String(c);
  const classes = [...new Set(changed.map(({ true_class }) => true_class))].sort((a, b) => a - b);
  const options = classes.map((c) => `<option value="${c}">${escaped(name(c))}</option>`);
  const kinds = [
    ['all', 'all'],
    ['lost', 'lost'],
    ['gained', 'gained'],
    ['other', 'wrong before and after'],
  ].map(
    ([kind, label]) =>
      `<button type="button" value="${kind}" aria-pressed="${kind === 'all'}">${label}</button>`,
  );
  const items = changed.map((image) => galleryItem(audit, image, flips.variant, name, images));
  return `<h2>Images whose label changes</h2>
<div class="filters"><label>Class <select><option value="">all</option>${options.join('')}</select></label>${kinds.join('')}
<span class="muted"><span class="shown">${changed.length}</span> of ${whole(changed.length)} shown</span></div>
<ul class="gallery">
${items.join('\n')}
</ul>`;
}

function galleryItem(
  { baseline }: Audit,
  image: ChangedImage,
  variant: string,
  name: (label: number) => string,
  images: ReadonlyMap<ImageId, Uint8Array>,
): string {
  const { image_id, true_class, baseline_class, variant_class } = image;
  const kind =
    baseline_class === true_class ? 'lost' : variant_class === true_class ? 'gained' : 'other';
  const file = images.get(image_id);
  const alt = `${image_id}: ${name(true_class)}`;
  const picture = file
    ? `<img loading="lazy" alt="${escaped(alt)}" src="data:${mimeOf(file)};base64,${Buffer.from(file).toString('base64')}">`
    : '';
  const confidence = (share: number | undefined) =>
    share === undefined ? '' : ` ${(100 * share).toFixed(0)}%`;
  return `<li tabindex="0" class="${kind}" data-kind="${kind}" data-class="${true_class}">${picture}
<strong>${kind === 'other' ? 'changed' : kind}</strong> <span class="muted">${escaped(String(image_id))}</span>
<dl><dt>true</dt><dd>${escaped(name(true_class))}</dd>
<dt>${escaped(baseline)}</dt><dd>${escaped(name(baseline_class))}${confidence(image.baseline_confidence)}</dd>
<dt>${escaped(variant)}</dt><dd>${escaped(name(variant_class))}${confidence(image.variant_confidence)}</dd></dl></li>`;
}

function mimeOf(file: Uint8Array): string {
  if (file[0] === 0xff) return 'image/jpeg';
  return file[0] === 0x52 ? 'image/webp' : 'image/png';
}
