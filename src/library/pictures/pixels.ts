import { deflateSync } from 'node:zlib';
import { crc32 } from '@node-rs/crc32';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const BITS = 8;
const RGBA = 6;

/**
 * The part of a canvas that plotly.js draws heatmaps with, since jsdom has no canvas: rectangles of one
 * colour, and pixels put as they are. RGBA, 8 bits each.
 */
export class Pixels {
  private readonly data: Uint8ClampedArray;
  /** `rgba(r, g, b, a)`, a 0–1. */
  fillStyle = 'rgba(0,0,0,1)';

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {
    this.data = new Uint8ClampedArray(4 * width * height);
  }

  createImageData(width: number, height: number) {
    return { width, height, data: new Uint8ClampedArray(4 * width * height) };
  }

  putImageData({ data, width }: { data: Uint8ClampedArray; width: number }, x: number, y: number) {
    for (let row = 0; 4 * row * width < data.length; row++)
      this.data.set(
        data.subarray(4 * row * width, 4 * (row + 1) * width),
        4 * ((y + row) * this.width + x),
      );
  }

  /** A negative width or height reaches to the left, or up. */
  fillRect(x: number, y: number, width: number, height: number): void {
    const color = colorOf(this.fillStyle);
    const [left, right] = span(x, width, this.width);
    const [top, bottom] = span(y, height, this.height);
    for (let row = top; row < bottom; row++)
      for (let column = left; column < right; column++)
        this.data.set(color, 4 * (row * this.width + column));
  }

  /** As a PNG file. */
  png(): Buffer {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(this.width, 0);
    header.writeUInt32BE(this.height, 4);
    header.set([BITS, RGBA, 0, 0, 0], 8);
    const row = 4 * this.width;
    const rows = Buffer.alloc((row + 1) * this.height);
    // Each row is preceded by its filter, 0 for none.
    for (let y = 0; y < this.height; y++)
      rows.set(this.data.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
    return Buffer.concat([
      SIGNATURE,
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(rows)),
      chunk('IEND', Buffer.alloc(0)),
    ]);
  }
}

function span(from: number, length: number, most: number): [from: number, to: number] {
  const ends = [from, from + length].map((at) => Math.min(most, Math.max(0, Math.round(at))));
  return [Math.min(...ends), Math.max(...ends)];
}

function colorOf(style: string): number[] {
  const [red = 0, green = 0, blue = 0, alpha = 1] = (style.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue, 255 * alpha];
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
