/**
 * Where: the map of the provinces beside a ranking of the units below, both by the measure that is looked at.
 * Invariants: units are compared on the day told (a measure of a month or fortnight on its period); without the ranking of every unit
 * the map shows nothing rather than a part.
 */

import { isSafety } from '../../design/boards.ts';
import type { Kpi, Ranking, Summary, UnitRow } from '../api.ts';
import { pathOf } from '../api.ts';
import { chartBox } from '../chart_box.ts';
import { el, setText } from '../dom.ts';
import { judged } from '../figure.ts';
import { measurePicker } from '../pickers.ts';
import { createReader } from '../reader.ts';
import { chosenKpi, type Desk, refusedText, section, type Widget } from '../widget.ts';
import { language, words } from '../words/words.ts';

type Level = 'region' | 'province' | 'regency' | 'sppg';
const BELOW: Readonly<Record<string, readonly Level[]>> = {
  national: ['province', 'region'],
  wilayah: ['province'],
  region: ['province'],
  province: ['regency', 'sppg'],
  regency: ['sppg'],
};
const SHOWN = 15;
const ALL = 600;
const GAP_MS = 2_000;

/** What is worst stands first; where nothing is worse, the largest. */
const orderOf = ({ direction }: Kpi): 'asc' | 'desc' => (direction === 'up' || direction === 'band' ? 'asc' : 'desc');

export function where(desk: Desk): Widget {
  const picker = measurePicker(desk);
  const levels = el('select', { 'aria-label': words().level, change: () => reader.now() });
  const map = chartBox('map', 'tile-map');
  const list = chartBox('ranking', 'ranking-chart');
  const said = el('p', { class: 'small' });
  const mapTitle = el('h3', {}, words().map);
  const mapPart = el('div', { class: 'part map-part' }, mapTitle, map.element);
  const element = section(
    'where',
    el('div', { class: 'tools' }, picker.element, levels),
    el(
      'div',
      { class: 'beside' },
      mapPart,
      el('div', { class: 'part ranking-part' }, el('h3', {}, words().ranking), said, list.element),
    ),
  );
  let scope = '';

  const path = () => {
    const summary = desk.summary();
    const kpi = chosenKpi(desk);
    const level = levels.value;
    if (!summary || !kpi || level === '' || desk.session.todayOnly) return null;
    const from = periodStart(summary, kpi);
    return pathOf(`/kpis/${encodeURIComponent(kpi.id)}/ranking`, {
      ...{ scope: summary.scope, level, from, to: summary.date, order: orderOf(kpi), limit: ALL },
    });
  };
  const units = new Map<string, string>();
  const reader = createReader<Ranking>({
    path,
    gapMs: GAP_MS,
    told: (answer) => {
      const kpi = chosenKpi(desk);
      if (kpi) show(answer, kpi);
    },
    refused: (error) => list.empty(refusedText(error)),
    trouble: (failing) => {
      if (failing) setText(said, words().widgetUnread);
    },
  });
  const codes = createReader<{ units: UnitRow[] }>({
    path: () => (levels.value === 'province' ? pathOf('/units', { parent: desk.view().scope }) : null),
    gapMs: 60_000,
    told(answer) {
      units.clear();
      for (const unit of answer.units) units.set(unit.scope, unit.code);
      reader.now();
    },
    refused: () => undefined,
  });

  const show = ({ total, units: ranked }: Ranking, kpi: Kpi) => {
    const target = desk.summary()?.kpis.find(({ id }) => id === kpi.id)?.target ?? kpi.target;
    const places = ranked.map((unit) => ({
      ...{ scope: unit.scope, name: unit.name, value: unit.value, code: units.get(unit.scope) ?? '' },
      status: judged(unit.value, target),
    }));
    const name = kpi.name[language()];
    const common = { unit: kpi.unit, target, foodSafety: isSafety(kpi.id), language: language() };
    const href = (to: string) => desk.href({ scope: to });
    const key = JSON.stringify([kpi.id, places, target]);
    const top = places.slice(0, SHOWN);
    setText(said, ranked.length === 0 ? '' : words().ranked(top.length, total, kpi.direction !== 'none'));
    if (top.length === 0) list.empty(words().nothingRanked);
    else {
      const label = `${words().ranking}: ${name}`;
      list.show({
        key,
        draw: async (frame) =>
          (await import('../../charts/ranking.ts')).rankingChart(top, { ...frame, ...common, label, href }),
        table: async () => (await import('../../charts/tile_map.ts')).placesTable(places, { ...common, label }),
      });
    }
    mapPart.hidden = levels.value !== 'province' || desk.summary()?.level !== 'national';
    if (mapPart.hidden) return;
    setText(mapTitle, `${name}, ${words().mapOf}`);
    const label = `${words().map}: ${name}`;
    map.show({
      key,
      draw: async ({ room, ...frame }) => {
        const { tileMap } = await import('../../charts/tile_map.ts');
        return tileMap(places, { ...frame, ...(room ? { height: room } : {}), ...common, label, href });
      },
      table: async () => (await import('../../charts/tile_map.ts')).placesTable(places, { ...common, label }),
    });
  };
  return {
    id: 'where',
    element,
    viewed(summary) {
      const below = BELOW[summary.level] ?? [];
      element.hidden = below.length === 0 || desk.session.todayOnly;
      picker.update();
      if (summary.scope !== scope) {
        scope = summary.scope;
        levels.replaceChildren(...below.map((level) => el('option', { value: level }, words().levelNames(level))));
        levels.hidden = below.length < 2;
        mapPart.hidden = summary.level !== 'national';
        if (below[0] === 'province') codes.now();
      }
      reader.now();
    },
    changed: () => reader.soon(),
    stop() {
      for (const each of [reader, codes, map, list]) each.stop();
    },
  };
}

/** The first day of what is compared: the day itself, or the period a coarser measure stands on. */
function periodStart(summary: Summary, kpi: Kpi): string {
  if (kpi.grain === undefined) return summary.date;
  if (kpi.grain === 'month') return `${summary.date.slice(0, 8)}01`;
  return summary.kpis.find(({ id }) => id === kpi.id)?.trend.at(-1)?.date ?? summary.date;
}
