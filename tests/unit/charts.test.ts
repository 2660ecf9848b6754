/** Charts as pure functions: golden drawings, and what each drawing must say whatever it looks like. */
import { describe, expect, it } from 'vitest';
import { calendar } from '../../reports/charts/calendar.ts';
import { flowChart, flowTable } from '../../reports/charts/flow.ts';
import { spread } from '../../reports/charts/marks.ts';
import { rankingChart } from '../../reports/charts/ranking.ts';
import { sparkline } from '../../reports/charts/sparkline.ts';
import { placesTable, tileMap } from '../../reports/charts/tile_map.ts';
import { trendChart, trendTable } from '../../reports/charts/trend.ts';
import { colours } from '../../reports/design/colours.ts';
import { amounts, days, document, hostile, morning, places } from '../support/chart_rows.ts';

const label = 'Porsi tersalur, Nasional';
const target = { low: 0.95, high: null };
const share = { unit: 'percent', target, daily: true, label, document } as const;
const amount = { unit: 'portions', target: null, daily: true, label, document } as const;
const href = (scope: string) => `/?scope=${encodeURIComponent(scope)}`;
const earlier = { label: 'pekan lalu', points: days.map((day) => ({ ...day, value: day.value && day.value - 0.02 })) };

const drawings: Readonly<Record<string, SVGSVGElement>> = {
  sparkline: sparkline(days, { ...share, width: 200, height: 36 }),
  'trend-share': trendChart(days, { ...share, width: 900, height: 320, compared: earlier }),
  'trend-amount': trendChart(amounts, { ...amount, width: 360, height: 260 }),
  'trend-english-tv': trendChart(amounts, { ...amount, width: 1400, height: 600, scale: 1.5, language: 'en' }),
  'ranking-share': rankingChart(places.slice(25, 33), { ...share, width: 640, href }),
  'ranking-amount': rankingChart(
    places.slice(0, 6).map((place) => ({ ...place, value: (place.value ?? 0) * 1e6 })),
    { ...amount, width: 360 },
  ),
  'tile-map': tileMap(places, { ...share, width: 720, href, chosen: 'province:32' }),
  'tile-map-phone': tileMap(places, { ...share, width: 340, href }),
  'calendar-share': calendar(days, { ...share, width: 480 }),
  'calendar-amount': calendar(amounts, { ...amount, width: 480 }),
  flow: flowChart(morning, { width: 800, height: 320, label, document }),
  'flow-phone': flowChart(morning, { width: 340, height: 260, label, document }),
};
const drawing = (name: string): SVGSVGElement => drawings[name] as SVGSVGElement;
const all = (name: string, selector: string): Element[] => [...drawing(name).querySelectorAll(selector)];
const texts = (name: string, selector = 'text'): string[] => all(name, selector).map((text) => text.textContent ?? '');
const pathsOf = (name: string, stroke: string): string[] =>
  all(name, `[stroke="var(--${stroke})"] > path`).map((path) => path.getAttribute('d') ?? '');
const number = (element: Element, name: string) => Number(element.getAttribute(name));
const translation = (element: Element): [number, number] => {
  const [, x, y] = /translate\(([-\d.]+),([-\d.]+)\)/.exec(element.getAttribute('transform') ?? '') ?? [];
  return [Number(x), Number(y)];
};

it.each(Object.keys(drawings))('%s is drawn as its golden file has it', async (name) => {
  const svg = drawing(name).outerHTML.replaceAll('><', '>\n<');
  await expect(`${svg}\n`).toMatchFileSnapshot(`../golden/charts/${name}.svg`);
});

describe.each(Object.keys(drawings))('%s', (name) => {
  const svg = drawing(name).outerHTML;
  it('takes every colour from the tokens', () => {
    expect(svg).not.toMatch(/#[0-9a-f]{3,8}\b|\brgb|\bhsl/i);
    const used = [...svg.matchAll(/(?:fill|stroke|color)="([^"]+)"/g)].map(([, value = '']) => value);
    const known = [
      'none',
      'currentColor',
      'inherit',
      ...Object.values(colours)
        .flat()
        .map((token) => `var(--${token})`),
    ];
    expect(used.filter((value) => !known.includes(value))).toEqual([]);
    expect(used.length).toBeGreaterThan(3);
  });
  it('obeys the content policy and shares a page with others', () => {
    expect(svg).not.toMatch(/<style|<script|\sstyle=|\son\w+=|\sid=|url\(/);
  });
  it('has a text alternative, and no links inside a picture', () => {
    expect(drawing(name).getAttribute('aria-label')).toBe(label);
    const links = all(name, 'a').length;
    expect(drawing(name).getAttribute('role')).toBe(links > 0 ? 'group' : 'img');
  });
  it('has no coordinate that is not a number', () => {
    expect(svg).not.toMatch(/NaN|Infinity|undefined|null/);
  });
});

describe('trend', () => {
  it('leaves gaps where a day has no value and where it has no row', () => {
    for (const name of ['trend-share', 'trend-amount', 'sparkline']) {
      // 20 days, the sixth and the tenth missing: three runs, 18 days.
      const [line = ''] = pathsOf(name, 'series');
      expect(line.match(/M/g), name).toHaveLength(3);
      expect(line.match(/[ML]/g), name).toHaveLength(18);
    }
  });
  it('starts amounts at zero and never shows a share above a hundred percent', () => {
    const zero = all('trend-amount', 'text').find((text) => text.textContent === '0');
    const bottom = Math.max(...all('trend-amount', '[data-mark="y-grid"] line').map((line) => number(line, 'y1')));
    expect(translation(zero as Element)[1]).toBeCloseTo(bottom, 3);
    expect(texts('trend-share')).toContain('100 %');
    expect(texts('trend-share')).not.toContain('105 %');
    expect(texts('trend-share')).not.toContain('0 %');
  });
  it('hatches the days that are not final, and no others', () => {
    const dots = all('trend-share', 'circle').map((dot) => number(dot, 'cx'));
    const step = (dots.at(-1) ?? 0) - (dots.at(-2) ?? 0);
    const edges = all('trend-share', '.provisional path').map((path) => {
      const xs = [...(path.getAttribute('d') ?? '').matchAll(/[ML]([\d.]+),/g)].map(([, x]) => Number(x));
      return [Math.min(...xs), Math.max(...xs)];
    });
    expect(edges).toHaveLength(2);
    for (const [at, [from = 0, to = 0]] of edges.entries()) {
      const day = dots.at(at - 2) ?? 0;
      expect(from).toBeCloseTo(day - step / 2, 0);
      expect(to).toBeCloseTo(day + step / 2, 0);
    }
    const final = trendChart(
      days.map(({ date, value }) => ({ date, value })),
      { ...share, width: 900, height: 320 },
    );
    expect(final.querySelectorAll('.provisional path')).toHaveLength(0);
    expect(final.textContent).not.toContain('sementara');
    expect(texts('trend-share')).toContain('sementara');
  });
  it('labels the series, the comparison, the range and the target beside their ends, clear of each other', () => {
    const labels = all('trend-share', '.labels text');
    expect(labels.map((text) => text.textContent)).toEqual(['91 %', 'pekan lalu', 'biasanya', 'target ≥ 95 %']);
    const heights = labels.map((text) => number(text, 'y')).sort((a, b) => a - b);
    for (const [at, height] of heights.slice(1).entries())
      expect(height - (heights[at] ?? 0)).toBeGreaterThanOrEqual(14.9);
  });
  it('draws one day, and says so of none', () => {
    expect(trendChart(days.slice(0, 1), { ...share, width: 400, height: 200 }).querySelectorAll('circle')).toHaveLength(
      1,
    );
    const none = trendChart([], { ...share, width: 400, height: 200 });
    expect(none.querySelector('desc')?.textContent).toBe('belum ada data.');
    expect(none.outerHTML).not.toContain('NaN');
  });
  it('has a table that tells the same, the newest first', () => {
    const { columns, rows } = trendTable(days, { ...share, compared: earlier });
    expect(columns).toEqual(['Tanggal', 'Nilai', 'pekan lalu', 'Biasanya', 'Keterangan']);
    expect(rows[0]).toEqual(['8 Nov 2026', '91 %', '89 %', '92 % – 98 %', 'sementara']);
    expect(rows.find(([day]) => day === '25 Okt 2026')?.[1]).toBe('belum ada data');
    const [few] = trendTable([{ date: '2026-11-01', value: null, withheld: true }], { ...share, language: 'en' }).rows;
    expect(few).toEqual(['1 Nov 2026', 'not shown (< 5 people)']);
  });
});

it('labels keep their order, their distance and inside their bounds, near where they belong', () => {
  expect(spread([5, 7, 100], 15, 12, 200)).toEqual([12, 27, 100]);
  expect(spread([199, 195, 198], 15, 12, 200)).toEqual([200, 170, 185]);
  expect(spread([50, 100], 15, 12, 200)).toEqual([50, 100]);
});

describe('ranking', () => {
  it('has a value, a status shape and a name for every unit, missing ones too', () => {
    const shapes = all('ranking-share', '.shapes path').map((path) => path.getAttribute('data-status'));
    const shown = places.slice(25, 33);
    expect(shapes).toEqual(shown.map(({ value, status }) => (value === null ? 'missing' : status)));
    expect(texts('ranking-share', 'a title')).toEqual(shown.map(({ name }) => name));
    expect(all('ranking-share', 'a').map((link) => link.getAttribute('data-scope'))).toEqual(
      shown.map(({ scope }) => scope),
    );
    expect(all('ranking-share', 'a')[0]?.getAttribute('href')).toBe(href(shown[0]?.scope ?? ''));
    expect(texts('ranking-share')).toContain('belum ada data');
  });
  it('draws bars of amounts from zero, in proportion', () => {
    const bars = all('ranking-amount', 'rect').map((bar) => [number(bar, 'x'), number(bar, 'width')]);
    expect(new Set(bars.map(([x]) => x)).size).toBe(1);
    const [first = 0, second = 0] = bars.map(([, width]) => width ?? 0);
    expect(first / second).toBeCloseTo((places[0]?.value ?? 0) / (places[1]?.value ?? 1), 3);
  });
});

describe('calendar', () => {
  it('tells a day without data from a zero', () => {
    const missing = all('calendar-amount', 'rect[fill="none"], [fill="none"] > rect');
    expect(missing.map((cell) => cell.textContent)).toEqual([
      '25 Okt 2026: belum ada data',
      '29 Okt 2026: belum ada data',
    ]);
    const zero = all('calendar-amount', 'rect[fill="var(--amount-0)"]');
    expect(zero.map((cell) => cell.textContent)).toEqual(['22 Okt 2026: 0']);
  });
  it('puts every day into the row of its weekday and the column of its week', () => {
    const cells = all('calendar-share', 'rect').map((cell) => ({
      day: cell.textContent?.split(':')[0] ?? '',
      x: Math.round(number(cell, 'x')),
      y: Math.round(number(cell, 'y')),
    }));
    const rowOf = new Map(cells.map(({ day, y }) => [day, y]));
    expect(cells).toHaveLength(20);
    // 20 October 2026 is a Tuesday; a week later stands beside it, a Monday above, a Sunday below.
    expect(rowOf.get('20 Okt 2026')).toBe(rowOf.get('27 Okt 2026'));
    expect(rowOf.get('26 Okt 2026')).toBe(Math.min(...rowOf.values()));
    expect(rowOf.get('25 Okt 2026')).toBe(Math.max(...rowOf.values()));
    expect(new Set(cells.map(({ x, y }) => `${x},${y}`)).size).toBe(20);
    expect(new Set(cells.map(({ x }) => x)).size).toBe(3);
  });
  it('hatches the days that are not final', () => {
    expect(all('calendar-share', '.provisional path')).toHaveLength(2);
  });
});

describe('flow of the day', () => {
  it('ends where the day has come to, from zero', () => {
    const ends = pathsOf('flow', 'series').map((path) =>
      Math.max(...[...path.matchAll(/[ML]([\d.]+),/g)].map(([, x]) => Number(x))),
    );
    const [plan = ''] = pathsOf('flow', 'context');
    const whole = Number(/.*L([\d.]+),/.exec(plan)?.[1]);
    const start = Number(/M([\d.]+),/.exec(plan)?.[1]);
    expect(ends).toHaveLength(4);
    for (const end of ends) expect((end - start) / (whole - start)).toBeCloseTo(10 / 24, 3);
    expect(texts('flow', '[data-mark="y-axis tick label"] text')[0]).toBe('0');
  });
  it('names every stage and its sum so far', () => {
    // Beside the ends of their lines; the plan, which runs on, in the margin.
    expect(texts('flow', '.labels text')).toEqual([
      'dimasak 3.200',
      'diperiksa 3.200',
      'berangkat 3.200',
      'tersalur 2.700',
      'direncanakan 3.200',
    ]);
    const lefts = all('flow', '.labels text').map((text) => number(text, 'x'));
    expect(new Set(lefts.slice(0, 4)).size).toBe(1);
    expect(lefts[0]).toBeLessThan(lefts[4] ?? 0);
    expect(drawing('flow-phone').querySelector('desc')?.textContent).toContain('tersalur 2.700');
  });
  it('has a table by hour that keeps hours to come empty', () => {
    const { columns, rows } = flowTable(morning, { label });
    expect(columns).toEqual(['Jam', 'Direncanakan', 'Dimasak', 'Diperiksa', 'Berangkat', 'Tersalur']);
    expect(rows[9]).toEqual(['09.00–10.00', '3.200', '3.200', '3.200', '3.200', '2.700']);
    expect(rows[10]?.slice(2)).toEqual(Array(4).fill('belum ada data'));
  });
});

it('a hostile name stays text, in drawings and tables', () => {
  const unit = { scope: `sppg:${hostile}`, code: '99', name: hostile, value: 0.5, status: 'ok' as const };
  const charts = [
    rankingChart([unit], { ...share, width: 300, href }),
    tileMap([unit], { ...share, width: 700, href }),
    sparkline(days, { ...share, width: 200, height: 36, label: hostile }),
    trendChart(days, { ...share, width: 500, height: 300, compared: { label: hostile, points: days } }),
  ];
  for (const chart of charts) expect(chart.querySelectorAll('img, b, script, [onerror]')).toHaveLength(0);
  expect(charts[0]?.querySelector('a title')?.textContent).toBe(hostile);
  // Cut short where it would leave its column, not in the middle of a character.
  const shown = charts[0]?.querySelector('a text')?.firstChild?.textContent ?? '';
  expect(shown.length).toBeLessThan(40);
  expect(shown.endsWith('…')).toBe(true);
  expect(charts[0]?.querySelectorAll('tspan')).toHaveLength(0);
  expect(shown).not.toMatch(/\p{Surrogate}/u);
  expect(charts[1]?.querySelector('[data-code="99"] title')?.textContent).toContain(hostile);
  expect(placesTable([unit], { ...share }).rows[0]?.[0]).toBe(hostile);
});
