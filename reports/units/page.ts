/**
 * The page of a unit: complete as it is sent, one style sheet and one script of the same origin, nothing inline.
 * Invariants: every page says as of when it holds and whether its day is final; every figure stands between the markers of a field; what
 * stands outside of them is no figure.
 */
import { formatDate, formatShort } from '../../warehouse/kpis/format.ts';
import { below } from './below.ts';
import { calendarFigure, trendFigure } from './charts.ts';
import { CALENDAR_DAYS, TREND_DAYS } from './days.ts';
import { type Html, html, nothing, withoutMarkers } from './markup.ts';
import { amount, defined, mark } from './numbers.ts';
import type { Peered } from './peers.ts';
import { type Place, pathOfUnit } from './programme.ts';
import type { UnitData } from './read.ts';
import { attention, boards, findings, funds, groups, peerTable, section, sheets } from './sections.ts';
import { addressOf, folderOf, told, type View } from './view.ts';
import { levelName } from './words.ts';

export function page(view: View, data: UnitData, peers: readonly Peered[] | undefined): string {
  const path = pathOfUnit(view.programme, data.level, data.id, view.language) ?? [];
  const unit = path.at(-1);
  if (unit === undefined) return '';
  const body = html`${header(view, path, data)}<main id="main" tabindex="-1">${identity(view, unit, data)}${attentionSection(view, data)}${boards(view, data)}${overTime(view, unit, data)}${groups(view, data)}${funds(view, data)}${below(view, data.level, data.id)}${peers === undefined ? nothing : peerTable(view, peers)}${findings(view, data)}${sheets(view, data)}</main>${footer(view, data)}`;
  const text = `<!doctype html>\n<html lang="${view.language}">${head(view, path, data).html}<body>${body.html}</body></html>\n`;
  return view.audience === 'public' ? withoutMarkers(text) : text;
}

function head(view: View, path: readonly Place[], { level, id }: UnitData): Html {
  const { language, words, base, origin, assets, audience } = view;
  const unit = path.at(-1);
  const title = `${unit?.name} · ${words.report} Lumbung`;
  const above = path.slice(0, -1).map(({ name }) => name);
  const description = `${words.site}: ${[levelName(level, language), unit?.name, ...above.toReversed()].join(', ')}.`;
  const other = language === 'id' ? 'en' : 'id';
  const absolute = (of: 'id' | 'en') => `${origin}${addressOf({ base, language: of }, level, id)}`;
  const feed =
    level === 'sppg'
      ? nothing
      : html`<link rel="alternate" type="application/rss+xml" title="${words.feed}" href="${base}/${folderOf(level, id).replaceAll('%', '%25')}/feed.xml">`;
  return html`<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>${title}</title><meta name="description" content="${description}">${audience === 'public' ? nothing : html`<meta name="robots" content="noindex">`}<meta property="og:type" content="website"><meta property="og:site_name" content="Lumbung"><meta property="og:title" content="${title}"><meta property="og:description" content="${description}"><meta property="og:url" content="${absolute(language)}"><meta property="og:locale" content="${language === 'id' ? 'id_ID' : 'en_GB'}"><meta name="twitter:card" content="summary"><link rel="canonical" href="${absolute(language)}"><link rel="alternate" hreflang="${language}" href="${absolute(language)}"><link rel="alternate" hreflang="${other}" href="${absolute(other)}">${feed}<link rel="icon" href="data:,"><link rel="preload" href="${assets.font}" as="font" type="font/woff2" crossorigin><link rel="stylesheet" href="${assets.style}"><script type="module" src="${assets.script}"></script></head>`;
}

function header(view: View, path: readonly Place[], { level, id }: UnitData): Html {
  const { language, words, base, audience } = view;
  const other = language === 'id' ? 'en' : 'id';
  const data = [words.search, words.searchNone, words.searchFailed, words.searchMore, words.theme];
  const live =
    audience === 'public'
      ? nothing
      : html`<a href="/?scope=${level === 'national' ? level : `${level}:${encodeURIComponent(id)}`}">${words.live}</a>`;
  // A site published by itself begins with the nation.
  const home = audience === 'public' ? addressOf(view, 'national', '') : `${base}/${language === 'en' ? 'en/' : ''}`;
  const crumbs = path.map((place, at) =>
    at === path.length - 1
      ? html`<li><a href="${addressOf(view, place.level, place.id)}" aria-current="page">${place.name}</a></li>`
      : html`<li><a href="${addressOf(view, place.level, place.id)}">${place.name}</a></li>`,
  );
  return html`<a class="skip" href="#main">${words.skip}</a><header class="top" data-base="${base}" data-words="${data.join('|')}"><a class="brand" href="${home}">Lumbung</a><span class="tools"></span>${live}<a href="${addressOf({ base, language: other }, level, id)}" hreflang="${other}" lang="${other}">${words.other}</a></header><nav aria-label="${words.areas}"><ol>${crumbs}</ol></nav>`;
}

/** What is known of the unit, and how it stands on its last day of service. */
function identity(view: View, unit: Place, data: UnitData): Html {
  const { language, words, programme } = view;
  const { level, figures } = data;
  const { date } = programme.days;
  const value = (id: string) => figures.find(({ kpi }) => kpi.id === id)?.now.value ?? null;
  const target = value('portions_target');
  const short = (portions: number | null) => formatShort(portions ?? 0, 'portions', language) ?? '';
  const delivered =
    target === null ? words.notDelivered : words.delivered(short(value('portions_delivered')), short(target));
  const state = data.state === 'final' ? words.stateFinal : words.stateProvisional;
  return html`<div class="head"><p class="kind">${levelName(level, language)}</p><h1>${unit.name}</h1><p class="headline">${words.day(formatDate(date, language))}${told(view, level, 'distribution', () => html`; ${delivered}`)}. <span class="chip">${state}</span></p>${facts(view, unit, data)}</div>`;
}

function facts(view: View, unit: Place, { level, id }: UnitData): Html {
  const { language, words, programme } = view;
  const fact = (word: string, value: Html | string) => html`<div><dt>${word}</dt><dd>${value}</dd></div>`;
  const code = unit.code === '' ? nothing : fact(words.code, unit.code);
  const kitchen = level === 'sppg' ? programme.kitchenOf.get(id) : undefined;
  if (kitchen === undefined) {
    const count = programme.areaOf.get(level === 'national' ? level : `${level}:${id}`)?.kitchens ?? 0;
    return html`<dl class="facts">${code}${fact(words.kitchens, amount(count, 'count', language))}</dl>`;
  }
  const { opened, closed, size, budget, status, demo } = kitchen;
  const conditions: Readonly<Record<string, string>> = words.conditions;
  const condition = `${conditions[status] ?? status}${demo ? `; ${words.demo}` : ''}`;
  return html`<dl class="facts">${code}${fact(words.condition, condition)}${fact(words.opened, opened === null ? html`<i>${words.noData}</i>` : formatDate(opened, language))}${closed === null ? nothing : fact(words.closed, formatDate(closed, language))}${told(view, level, 'distribution', () => fact(words.target, amount(size, 'people', language)))}${told(view, level, 'finance', () => fact(words.budget, amount(budget, 'idr', language)))}</dl>`;
}

const attentionSection = (view: View, data: UnitData): Html =>
  section('attention', view.words.attention, attention(view, data));

function overTime(view: View, unit: Place, { level, series, figures }: UnitData): Html {
  const { language, words } = view;
  const [first] = series;
  const drawings = series.map(({ kpi, points }) => {
    const standing = figures.find((own) => own.kpi.id === kpi.id);
    const stands = standing ? html` ${mark(kpi.id, standing.status, standing.now, language)}` : nothing;
    const title = html`${defined(view, { id: kpi.id, name: { id: words.perDay(kpi.name.id), en: words.perDay(kpi.name.en) } })}${stands}`;
    const shown = points.slice(-TREND_DAYS);
    return told(view, level, kpi.owner, () =>
      shown.some(({ value }) => value !== null)
        ? trendFigure(view, unit.name, { kpi, points: shown, target: standing?.target ?? kpi.target, title })
        : html`<figure class="trend"><figcaption>${title}</figcaption><p><i>${words.noData}</i></p></figure>`,
    );
  });
  const known = first?.points.some(({ value }) => value !== null);
  const rhythm =
    first === undefined || !known
      ? nothing
      : told(view, level, first.kpi.owner, () => {
          const title = html`${words.calendar(first.kpi.name[language], CALENDAR_DAYS / 7)}`;
          return calendarFigure(view, unit.name, { ...first, target: first.kpi.target, title });
        });
  return section(
    'trends',
    words.overTime,
    html`<p><small>${words.bandNote}</small></p><div class="figures">${drawings}${rhythm}</div>`,
  );
}

function footer(view: View, { level, id }: UnitData): Html {
  const { words, release, programme, language, base } = view;
  const { committedAt } = programme.freshness;
  const feed =
    level === 'sppg'
      ? nothing
      : html`<a href="${base}/${folderOf(level, id).replaceAll('%', '%25')}/feed.xml">${words.feed}</a>`;
  return html`<footer><p>${words.numbersOf} ${committedAt === null ? html`<i>${words.noData}</i>` : html`<time datetime="${committedAt}">${instant(committedAt, language)}</time>`} · ${words.release} ${release}. ${words.meaning}</p><p><a href="${base}/${folderOf(level, id).replaceAll('%', '%25')}/data.csv" download>${words.data}</a> ${feed}</p></footer>`;
}

const zones = { id: 'id-ID', en: 'en-GB' } as const;
const clocks = new Map<string, Intl.DateTimeFormat>();
/** In the nation's time, with its name. */
function instant(at: string, language: View['language']): string {
  const clock =
    clocks.get(language) ??
    new Intl.DateTimeFormat(zones[language], { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'Asia/Jakarta' });
  clocks.set(language, clock);
  return `${clock.format(new Date(at))} WIB`;
}
