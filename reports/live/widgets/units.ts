/** The units directly below, each a link one level down; at the top of several scopes, those too. */
import { pathOf, type UnitRow } from '../api.ts';
import { el } from '../dom.ts';
import { createReader } from '../reader.ts';
import { type Desk, section, type Widget } from '../widget.ts';
import { words } from '../words/words.ts';

const GAP_MS = 60_000;

export function unitsList(desk: Desk): Widget {
  const list = el('ul', { class: 'units', 'data-testid': 'units-list' });
  const element = section('units', list);
  let shown = '';
  const reader = createReader<{ units: UnitRow[] }>({
    path: () => pathOf('/units', { parent: desk.view().scope }),
    gapMs: GAP_MS,
    told({ units }) {
      element.hidden = units.length === 0;
      const key = JSON.stringify(
        units.map(({ scope, name, sppgCount }) => [scope, name, sppgCount, desk.href({ scope })]),
      );
      if (key === shown) return;
      shown = key;
      list.replaceChildren(
        ...units.map((unit) =>
          el(
            'li',
            { 'data-testid': `unit-${unit.scope}` },
            el('a', { href: desk.href({ scope: unit.scope }), dir: 'auto' }, unit.name),
            unit.level === 'sppg' ? null : el('span', { class: 'small' }, words().kitchensCount(unit.sppgCount)),
          ),
        ),
      );
    },
    refused: () => {
      element.hidden = true;
    },
  });
  return { id: 'units', element, viewed: () => reader.now(), changed: () => reader.soon(), stop: reader.stop };
}
