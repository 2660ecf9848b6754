/**
 * Which characters the documents' font can show. PDF/UA allows no text that is not shown, and a kitchen may be called anything:
 * what the font lacks is told by its number, [U+1F35A], so that nothing is lost and no document fails for a name.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

let covered: ReadonlySet<number> | undefined;

/** The code points of a TrueType font, from its cmap: format 12 where there is one, else format 4. */
function coverageOf(font: Buffer): ReadonlySet<number> {
  const tables = Array.from({ length: font.readUInt16BE(4) }, (_, at) => 12 + 16 * at);
  const entry = tables.find((at) => font.toString('latin1', at, at + 4) === 'cmap') ?? 0;
  const cmap = font.readUInt32BE(entry + 8);
  const subtables = Array.from(
    { length: font.readUInt16BE(cmap + 2) },
    (_, at) => cmap + font.readUInt32BE(cmap + 8 + 8 * at),
  );
  const points = new Set<number>();
  const wide = subtables.find((at) => font.readUInt16BE(at) === 12);
  if (wide !== undefined) {
    for (let group = 0; group < font.readUInt32BE(wide + 12); group++) {
      const at = wide + 16 + 12 * group;
      for (let point = font.readUInt32BE(at); point <= font.readUInt32BE(at + 4); point++) points.add(point);
    }
    return points;
  }
  const narrow = subtables.find((at) => font.readUInt16BE(at) === 4) ?? 0;
  const segments = font.readUInt16BE(narrow + 6) / 2;
  const [ends, starts] = [narrow + 14, narrow + 16 + 2 * segments];
  const [deltas, offsets] = [starts + 2 * segments, starts + 4 * segments];
  for (let segment = 0; segment < segments; segment++) {
    const [start, offset] = [font.readUInt16BE(starts + 2 * segment), font.readUInt16BE(offsets + 2 * segment)];
    for (let point = start; point <= font.readUInt16BE(ends + 2 * segment); point++) {
      const glyph =
        offset === 0
          ? (point + font.readUInt16BE(deltas + 2 * segment)) & 0xffff
          : font.readUInt16BE(offsets + 2 * segment + offset + 2 * (point - start));
      if (glyph !== 0) points.add(point);
    }
  }
  return points;
}

export function shownText(text: string): string {
  covered ??= coverageOf(
    readFileSync(createRequire(import.meta.url).resolve('@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf')),
  );
  let shown = '';
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    const space = character === '\t' || character === '\n' || character === '\r';
    if (space) shown += ' ';
    else if (point >= 0x20 && covered.has(point)) shown += character;
    else shown += `[U+${point.toString(16).toUpperCase().padStart(4, '0')}]`;
  }
  return shown;
}
