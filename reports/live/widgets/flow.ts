/** How the day runs, hour by hour, as it happens: what lies between two lines is what waits there. */
import { say } from '../../charts/chart.ts';
import type { FlowRow } from '../../charts/flow.ts';
import { type Flow, pathOf } from '../api.ts';
import { chartBox, typeScale } from '../chart_box.ts';
import { el, setText } from '../dom.ts';
import { short } from '../figure.ts';
import { createReader } from '../reader.ts';
import { type Desk, refusedText, section, type Widget } from '../widget.ts';
import { language, words } from '../words/words.ts';

const GAP_MS = 2_000;
const HEIGHT = 240;
const STAGES = ['planned', 'cooked', 'checked', 'departed', 'delivered'] as const;

export function flow(desk: Desk): Widget {
  const box = chartBox('flow', 'flow-chart');
  /** What has no time of its own is in no line: it is said instead. */
  const untimed = el('p', { class: 'small untimed' });
  const element = section('flow', el('p', { class: 'small measured' }, words().portionsByHour), box.element, untimed);
  const reader = createReader<Flow>({
    path() {
      const { scope, date } = desk.view();
      return pathOf('/flow', { scope, date });
    },
    gapMs: GAP_MS,
    told({ hours, stages }) {
      const without = stages.filter((stage) => stage.untimed > 0);
      const named = without.map((stage) => `${say(stage.stage, language())} ${short(stage.untimed, 'portions')}`);
      setText(untimed, named.length === 0 ? '' : words().untimed(named.join('; ')));
      const rows: FlowRow[] = hours;
      if (!rows.some((row) => STAGES.some((stage) => (row[stage] ?? 0) > 0))) return box.empty(words().noData);
      const options = { language: language(), label: words().portionsByHour };
      box.show({
        key: JSON.stringify(rows),
        draw: async ({ room, ...frame }) =>
          (await import('../../charts/flow.ts')).flowChart(rows, {
            ...frame,
            ...options,
            height: room ?? HEIGHT * typeScale(),
          }),
        table: async () => (await import('../../charts/flow.ts')).flowTable(rows, options),
      });
    },
    refused: (error) => box.empty(refusedText(error)),
    trouble: (failing) => {
      if (failing && element.querySelector('svg') === null) box.empty(words().widgetUnread);
    },
  });
  return {
    id: 'flow',
    element,
    viewed: () => reader.now(),
    changed: () => reader.soon(),
    stop() {
      reader.stop();
      box.stop();
    },
  };
}
