/**
 * Charts of a document: the screen's own, drawn without a page. Colours are the light theme's, because paper has one.
 * Invariant: a chart says its numbers as text, too.
 */
import { readFileSync } from 'node:fs';
import { findKpi } from '../../../warehouse/kpis/registry.ts';
import { type Point, trendChart } from '../../charts/trend.ts';
import type { TrendPart } from '../report.ts';
import { periodText } from '../words.ts';

const WIDTH = 680;
const HEIGHT = 210;

const light = new Map(
  [...(tokens().split('@media')[0] ?? '').matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map(
    ([, name, value]) => [name, value] as const,
  ),
);

function tokens(): string {
  return readFileSync(new URL('../../design/tokens.css', import.meta.url), 'utf8');
}

/** The chart as SVG, and what it shows in words. */
export async function trendPicture(part: TrendPart): Promise<{ svg: string; alt: string }> {
  // Loaded when a document has a chart: most processes never draw.
  const { Window } = await import('happy-dom');
  const window = new Window();
  const kpi = findKpi(part.kpi);
  const points: Point[] = part.points.map(({ date, value, provisional }) => ({ date, value, provisional }));
  const first = points[0]?.date ?? '';
  const label = `${part.title.id}, ${periodText(first, points.at(-1)?.date ?? first)}`;
  const low = kpi?.target?.low !== null && kpi?.target?.low !== undefined;
  const drawn = trendChart(points, {
    ...{ width: WIDTH, height: HEIGHT, label, unit: kpi?.unit ?? 'count', daily: true },
    target: part.target === null ? null : low ? { low: part.target, high: null } : { low: null, high: part.target },
    document: window.document as unknown as Document,
  });
  const described = drawn.querySelector('desc')?.textContent ?? '';
  drawn.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  const svg = drawn.outerHTML.replace(/var\(--([\w-]+)\)/g, (_all, name: string) => light.get(name) ?? '#000000');
  await window.happyDOM.close();
  return { svg, alt: `${label}. ${described}` };
}
