import { inflateSync } from "node:zlib";

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** `0xrrggbb`, line by line. */
  readonly colours: Uint32Array;
}

/** A screenshot's pixels: eight bits a channel, RGB or RGBA, not interlaced, as Chromium writes them. */
export function decodePng(png: Buffer): Picture {
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const channels = { 2: 3, 6: 4 }[png[25] ?? 0];
  if (png[24] !== 8 || channels === undefined || png[28] !== 0) throw new Error("this is no screenshot");
  const bytes = unfiltered(inflateSync(dataOf(png)), width * channels, channels);
  const colours = new Uint32Array(width * height);
  for (let place = 0; place < colours.length; place += 1)
    colours[place] = bytes.readUIntBE(place * channels, 3);
  return { width, height, colours };
}

function dataOf(png: Buffer): Buffer {
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; at += png.readUInt32BE(at) + 12)
    if (png.toString("latin1", at + 4, at + 8) === "IDAT")
      data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  return Buffer.concat(data);
}

/** PNG specification, section 9: each line begins with how its bytes were made from those to the left and above. */
function unfiltered(lines: Buffer, length: number, channels: number): Buffer {
  const height = lines.length / (length + 1);
  const bytes = Buffer.alloc(length * height);
  for (let y = 0; y < height; y += 1) {
    const filter = lines[y * (length + 1)] ?? 0;
    for (let x = 0; x < length; x += 1) {
      const at = y * length + x;
      const left = x < channels ? 0 : (bytes[at - channels] ?? 0);
      const up = y === 0 ? 0 : (bytes[at - length] ?? 0);
      const corner = x < channels || y === 0 ? 0 : (bytes[at - length - channels] ?? 0);
      bytes[at] = (lines[y * (length + 1) + 1 + x] ?? 0) + predicted(filter, left, up, corner);
    }
  }
  return bytes;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4:
      return paeth(left, up, corner);
    default:
      return 0;
  }
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [toLeft, toUp, toCorner] = [left, up, corner].map((value) => Math.abs(estimate - value)) as [
    number,
    number,
    number,
  ];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
