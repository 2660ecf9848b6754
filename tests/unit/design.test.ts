/** The design tokens hold what they promise: both themes complete, readable by WCAG's own formula on every surface. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { colours } from '../../reports/design/colours.ts';
import { shapePath, statusColour, statuses } from '../../reports/design/status.ts';

const css = readFileSync('reports/design/tokens.css', 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');

/** Hexadecimal custom properties of the rule after a selector. */
function block(selector: string): Record<string, string> {
  const at = css.indexOf(`${selector} {`);
  expect(at, selector).toBeGreaterThanOrEqual(0);
  const rule = css.slice(at, css.indexOf('}', at));
  return Object.fromEntries(
    [...rule.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]),
  );
}
const light = block(':root');
const dark = block(':root[data-theme="dark"]');
const themes = { light, dark };

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}
const pairs = (theme: Record<string, string>, front: readonly string[], back: readonly string[], least: number) =>
  front.flatMap((text) =>
    back.flatMap((ground) => {
      const ratio = contrast(theme[text] ?? '#000000', theme[ground] ?? '#000000');
      return ratio >= least ? [] : [`${text} on ${ground}: ${ratio.toFixed(2)}`];
    }),
  );

it('computes contrast as WCAG does', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});

describe.each(Object.entries(themes))('%s', (_name, theme) => {
  it('has every colour, and none that nobody can name', () => {
    expect(Object.keys(theme).sort()).toEqual(Object.values(colours).flat().sort());
  });
  it('text and status at 4.5:1 on every surface', () => {
    expect(pairs(theme, [...colours.text, ...colours.status], colours.surface, 4.5)).toEqual([]);
  });
  it('lines and shapes that say something at 3:1 on every surface', () => {
    expect(pairs(theme, colours.graphic, colours.surface, 3)).toEqual([]);
  });
  it('ink at 4.5:1 on every step of the scales', () => {
    expect(pairs(theme, ['ink'], [...colours.scale, ...colours.amount], 4.5)).toEqual([]);
  });
  it('steps of a scale grow away from its middle, the sides by hue too', () => {
    const sides = [colours.scale.slice(0, 3), colours.scale.slice(4).reverse(), [...colours.amount].reverse()];
    for (const side of sides) {
      const far = side.map((step) => contrast(theme[step] ?? '', theme.ink ?? ''));
      expect(far.slice(1).filter((ratio, at) => ratio < (far[at] ?? 0) * 1.08)).toEqual([]);
    }
    const warm = (step: string) =>
      Number.parseInt(theme[step]?.slice(1, 3) ?? '', 16) > Number.parseInt(theme[step]?.slice(5) ?? '', 16);
    expect(colours.scale.map(warm)).toEqual([true, true, true, warm('even'), false, false, false]);
  });
});

it('dark is the same by preference of the system and by choice', () => {
  const preferred = css.slice(css.indexOf('prefers-color-scheme: dark'), css.indexOf('[data-theme="dark"]'));
  const held = Object.fromEntries(
    [...preferred.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]),
  );
  expect(held).toEqual(dark);
  expect(preferred).toContain(':root:not([data-theme="light"])');
});

it('has five sizes of type, larger on a TV', () => {
  const sizes = [...css.matchAll(/--s\d: calc\(([\d.]+)rem \* var\(--scale\)\)/g)].map(([, rem]) => Number(rem) * 16);
  expect(sizes).toEqual([12, 14, 16, 22, 40]);
  const scales = [...css.matchAll(/min-width: (\d+)px\) \{\s*:root \{\s*--scale: ([\d.]+)/g)].map((found) =>
    found.slice(1).map(Number),
  );
  expect(scales).toEqual([
    [1800, 1.5],
    [3200, 3],
  ]);
});

it('tells every status by a shape and a word of its own, in both languages', () => {
  const looks = Object.values(statuses);
  for (const told of [
    looks.map(({ glyph }) => glyph),
    looks.map(({ word }) => word.id),
    looks.map(({ word }) => word.en),
    (Object.keys(statuses) as (keyof typeof statuses)[]).map((status) => JSON.stringify(shapePath(status, 10))),
  ]) {
    expect(new Set(told).size).toBe(looks.length);
  }
});

it('keeps red for food safety', () => {
  const ordinary = (Object.keys(statuses) as (keyof typeof statuses)[]).map((status) => statusColour(status, false));
  expect(ordinary).not.toContain('danger');
  expect(statusColour('critical', true)).toBe('danger');
});
