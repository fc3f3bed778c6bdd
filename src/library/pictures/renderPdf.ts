import type PdfDocument from 'pdfkit';
import { type Figure, OptionError } from 'selective-brain-damage-statistics';
import { FONT_FAMILY, FONT_FILES } from './rasterize';
import { svgOf } from './renderSvg';

/** PDF counts in points, 72 to the inch; CSS in pixels, 96 to the inch. */
const POINTS_PER_PIXEL = 0.75;

/**
 * Draws a figure as a PDF of one page without a browser: vectors, and texts that can be searched, in an
 * embedded font. A page is as large as the figure's layout says (`layout.width` and `layout.height` in CSS
 * pixels, 800 × 450 unless given). Heatmaps are pictures in it. The same figure gives the same bytes.
 * Needs two optional peers: `npm i pdfkit svg-to-pdfkit`.
 *
 * @returns the PDF file
 * @throws OptionError for anything but a figure, and where the two packages are missing
 */
export async function renderPdf(figure: Figure): Promise<Buffer> {
  const svg = await svgOf('renderPdf', figure);
  const { Document, draw } = pdfPackages();
  const [width, height] = sizeOf(svg);
  const document = new Document({
    size: [width * POINTS_PER_PIXEL, height * POINTS_PER_PIXEL],
    margin: 0,
    font: FONT_FILES.regular,
    // Else the file would tell the time.
    info: { Title: titleOf(figure), CreationDate: new Date(0) },
  });
  document
    .registerFont(FONT_FAMILY, FONT_FILES.regular)
    .registerFont(`${FONT_FAMILY} bold`, FONT_FILES.bold);
  draw(document, svg, 0, 0, {
    fontCallback: (_family, isBold) => (isBold ? `${FONT_FAMILY} bold` : FONT_FAMILY),
  });
  return written(document);
}

function pdfPackages() {
  try {
    return {
      Document: require('pdfkit') as typeof PdfDocument,
      draw: require('svg-to-pdfkit') as typeof import('svg-to-pdfkit'),
    };
  } catch (cause) {
    throw new OptionError(
      'renderPdf needs the packages pdfkit and svg-to-pdfkit, which could not be loaded ' +
        `(${(cause as Error).message.split('\n')[0]}). Install them beside this package: ` +
        'npm i pdfkit svg-to-pdfkit. Without them, renderSvg gives a drawing that other programs convert.',
      { cause },
    );
  }
}

function sizeOf(svg: string): [width: number, height: number] {
  const [, width, height] = /<svg[^>]* width="([\d.]+)"[^>]* height="([\d.]+)"/.exec(svg)!;
  return [Number(width), Number(height)];
}

function titleOf({ layout: { title } }: Figure): string {
  return (typeof title === 'string' ? title : title?.text) ?? 'Figure';
}

function written(document: PDFKit.PDFDocument): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    document
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => resolve(Buffer.concat(chunks)))
      .on('error', reject)
      .end();
  });
}
