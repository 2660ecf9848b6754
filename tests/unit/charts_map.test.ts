/** The tile map: 38 provinces, each once, none over another, whatever codes a source uses. */
import { expect, it } from 'vitest';
import { provinces } from '../../demo/reference/provinces.ts';
import { COLUMNS, ROWS, tileOf, tiles } from '../../reports/charts/provinces.ts';
import { tileMap } from '../../reports/charts/tile_map.ts';
import { stepOf } from '../../reports/design/scale.ts';
import { document, places } from '../support/chart_rows.ts';

const options = { unit: 'percent', target: { low: 0.95, high: null }, label: 'Cakupan', document } as const;
const boxes = (width: number, scale: number) =>
  [...tileMap(places, { ...options, width, scale }).querySelectorAll('.tile')].map((tile) => {
    const [, x, y] = /translate\(([-\d.]+),([-\d.]+)\)/.exec(tile.getAttribute('transform') ?? '') ?? [];
    const rect = tile.querySelector('rect');
    const size = (name: string) => Number(rect?.getAttribute(name));
    return { x0: Number(x), y0: Number(y), x1: Number(x) + size('width'), y1: Number(y) + size('height') };
  });

it.each([
  [340, 1],
  [720, 1],
  [1800, 1.5],
])('at %i pixels no two of the 38 tiles overlap, all lie inside, and a finger meets them', (width, scale) => {
  const placed = boxes(width, scale);
  expect(placed).toHaveLength(38);
  const over = placed.flatMap((one, at) =>
    placed
      .slice(at + 1)
      .filter((other) => one.x0 < other.x1 && other.x0 < one.x1 && one.y0 < other.y1 && other.y0 < one.y1),
  );
  expect(over).toEqual([]);
  for (const { x0, x1, y0, y1 } of placed) {
    expect(Math.min(x0, y0, width - x1)).toBeGreaterThanOrEqual(0);
    expect(Math.min(x1 - x0, y1 - y0)).toBeGreaterThanOrEqual(24);
  }
});

it('has a tile for every province, by name and by code, each its own', () => {
  const byName = provinces.map(({ name }) => tileOf({ code: '', name })?.code);
  const byCode = provinces.map(({ code }) => tileOf({ code, name: '' })?.code);
  expect(byName).toEqual(provinces.map(({ code }) => code));
  expect(byCode).toEqual(provinces.map(({ code }) => code));
  expect(new Set(tiles.map(({ column, row }) => `${column},${row}`)).size).toBe(38);
  expect(tiles.every(({ column, row }) => column < COLUMNS && row < ROWS)).toBe(true);
  expect(new Set(tiles.map(({ short }) => short)).size).toBe(38);
  expect(new Set(tiles.map(({ iso }) => iso)).size).toBe(38);
});

it('goes by the name where codes differ', () => {
  // The ministry of home affairs counts the Papuan provinces otherwise: its 93 is Papua Selatan, its 91 Papua.
  expect(tileOf({ code: '91', name: 'Papua' })?.short).toBe('Papua');
  expect(tileOf({ code: '93', name: 'PROVINSI PAPUA SELATAN' })?.short).toBe('Pasel');
  expect(tileOf({ code: 'ID-YO', name: 'D.I. Yogyakarta' })?.short).toBe('DIY');
});

it('says a code and how it stands, in one line, where there is no room for more', () => {
  const svg = tileMap(places, { ...options, width: 560, height: 180, scale: 1.5 });
  expect(svg.getAttribute('height')).toBe('180');
  const told = [...svg.querySelectorAll('.tile')].map((tile) => tile.querySelectorAll('text').length);
  expect(new Set(told)).toEqual(new Set([1]));
  expect(svg.querySelector('.tile[data-status="warn"] path')).not.toBeNull();
});

it('labels every tile by name, value and status', () => {
  const svg = tileMap(places, { ...options, width: 720, href: (scope) => `/?scope=${scope}` });
  const links = [...svg.querySelectorAll('a.tile')];
  expect(links).toHaveLength(38);
  for (const place of places) {
    const link = links.find((candidate) => candidate.getAttribute('data-scope') === place.scope);
    expect(link?.querySelector('title')?.textContent).toContain(place.name);
    expect(link?.getAttribute('data-status')).toBe(place.value === null ? 'missing' : place.status);
    expect(link?.querySelectorAll('path')).toHaveLength(1);
    expect(link?.querySelectorAll('text').length).toBe(place.value === null ? 1 : 2);
  }
  const other = tileMap(places, { ...options, width: 720, language: 'en' });
  expect(other.querySelector('[data-code="74"] title')?.textContent).toBe('Sulawesi Tenggara: no data yet');
});

it('keeps provinces without data on the map, and units without a tile in the last row', () => {
  const stranger = { scope: 'province:99', code: '99', name: 'Provinsi Baru', value: 0.97, status: 'ok' as const };
  const svg = tileMap([stranger], { ...options, width: 720 });
  expect(svg.querySelectorAll('.tile')).toHaveLength(39);
  expect(svg.querySelectorAll('.tile[data-status="missing"]')).toHaveLength(38);
  expect(svg.querySelector('[data-scope="province:99"] title')?.textContent).toContain('Provinsi Baru: 97 %');
});

it('steps away from the target by how far it is missed or met', () => {
  const least = { low: 0.95, high: null };
  expect([0.5, 0.85, 0.94, 0.95, 0.97, 0.99, 1.2].map((value) => stepOf(value, least, 1))).toEqual([
    'worse-3',
    'worse-2',
    'worse-1',
    'even',
    'better-1',
    'better-2',
    'better-3',
  ]);
  const band = { low: 0.95, high: 1.05 };
  expect([0.8, 1, 1.2].map((value) => stepOf(value, band, 1))).toEqual(['worse-3', 'better-2', 'worse-2']);
  const none = { low: null, high: 0 };
  expect([0, 1].map((value) => stepOf(value, none, 1))).toEqual(['even', 'worse-3']);
  expect([0, 10, 50, 100].map((value) => stepOf(value, null, 100))).toEqual([
    'amount-0',
    'amount-1',
    'amount-2',
    'amount-3',
  ]);
});
