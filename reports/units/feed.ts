/**
 * RSS of an area: statistical warnings of the last day of service, and corrections: final days that read otherwise in the release before.
 * Invariant: an item keeps its guid, so that readers see it once; the newest items stay, up to a number.
 */
import { formatDate, formatExact, formatShort } from '../../warehouse/kpis/format.ts';
import type { Warning } from '../../warehouse/queries/warnings.ts';
import { seriesOf } from './csv.ts';
import { escapeText, ofField, raw } from './markup.ts';
import { toldKpi } from './measures.ts';
import type { Place } from './programme.ts';
import type { UnitData } from './read.ts';
import { addressOf, ownerOf, shows, type View } from './view.ts';

const MOST_ITEMS = 40;
type Item = { guid: string; kpi: string; title: string; text: string; link: string; at: string };

export function feedOf(
  view: View,
  unit: Place,
  data: UnitData,
  warnings: readonly Warning[],
  before: { feed: string; csv: string },
  now: string,
): string {
  const { origin, words, language } = view;
  const link = `${origin}${addressOf(view, unit.level, unit.id)}`;
  const items = [...corrections(view, data, before.csv, now, link), ...warned(view, warnings, link)]
    .filter(({ kpi }) => shows(view, data.level, ownerOf(kpi)))
    .map((item) => ({ guid: item.guid, text: itemText(view, item) }));
  const held = new Set(items.map(({ guid }) => guid));
  // What the release before told stands below, as it was told.
  const kept = [
    ...before.feed.matchAll(
      /(?:<!--\[[a-z_]+\]-->)?<item>.*?<guid isPermaLink="false">(.*?)<\/guid>.*?<\/item>(?:<!--\[\/[a-z_]+\]-->)?/gs,
    ),
  ]
    .filter(([, guid = '']) => !held.has(guid))
    .map(([text]) => text);
  const all = [...items.map(({ text }) => text), ...kept].slice(0, MOST_ITEMS);
  return `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>${escapeText(`${unit.name} · ${words.report} Lumbung`)}</title><link>${escapeText(link)}</link><description>${escapeText(words.feed)}</description><language>${language}</language><lastBuildDate>${new Date(now).toUTCString()}</lastBuildDate>
${all.join('\n')}
</channel></rss>
`;
}

function itemText({ audience }: View, { guid, kpi, title, text, link, at }: Item): string {
  const item = `<item><title>${escapeText(title)}</title><link>${escapeText(link)}</link><guid isPermaLink="false">${escapeText(guid)}</guid><pubDate>${new Date(at).toUTCString()}</pubDate><description>${escapeText(text)}</description></item>`;
  return audience === 'public' ? item : ofField(ownerOf(kpi), raw(item)).html;
}

function warned({ language, words }: View, warnings: readonly Warning[], link: string): Item[] {
  return warnings.flatMap(({ id, kpi: own, name, date, value, expected }) => {
    const kpi = toldKpi(own);
    if (kpi === undefined) return [];
    const short = (of: number) => formatShort(of, kpi.unit, language) ?? '';
    const text = `${formatDate(date, language)}: ${words.warningText(short(value), short(expected.low), short(expected.high))}`;
    return [
      { guid: id, kpi: own, title: words.warningTitle(kpi.name[language], name), text, link, at: `${date}T17:00:00Z` },
    ];
  });
}

function corrections({ language, words }: View, data: UnitData, before: string, now: string, link: string): Item[] {
  const earlier = seriesOf(before).filter(({ state }) => state === 'final');
  return earlier.flatMap(({ kpi: id, from, value }) => {
    const series = data.series.find(({ kpi }) => kpi.id === id);
    const point = series?.points.find(({ date }) => date === from);
    if (!series || !point || point.withheld || String(point.value ?? '') === value) return [];
    const exact = (of: number | null) => formatExact(of, series.kpi.unit, language) ?? words.noData;
    return [
      {
        guid: `correction/${id}/${from}/${point.value ?? ''}`,
        kpi: id,
        title: words.correctionTitle(series.kpi.name[language], formatDate(from, language)),
        text: words.correctionText(exact(value === '' ? null : Number(value)), exact(point.value)),
        ...{ link, at: now },
      },
    ];
  });
}
