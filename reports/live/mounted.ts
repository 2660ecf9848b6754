/**
 * The widgets that stand on the screen, in the order and size that were chosen.
 * Invariants: a widget that is not shown asks nothing; one that stays keeps its content and its focus while others move.
 */
import type { Summary } from './api.ts';
import type { Arrangement } from './arrangement.ts';
import type { Desk, Widget, WidgetId } from './widget.ts';
import { makeWidget } from './widgets/all.ts';

export function mountedIn(grid: HTMLElement, desk: Desk) {
  const widgets = new Map<WidgetId, Widget>();
  const each = (work: (widget: Widget) => void) => {
    for (const widget of widgets.values()) work(widget);
  };
  return {
    place(arrangement: Arrangement): void {
      const shown = arrangement.filter((placed) => placed.shown);
      for (const [id, widget] of widgets) {
        if (shown.some((placed) => placed.id === id)) continue;
        widget.stop?.();
        widget.element.remove();
        widgets.delete(id);
      }
      for (const [index, { id, size }] of shown.entries()) {
        let widget = widgets.get(id);
        if (widget === undefined) {
          widget = makeWidget(desk, id);
          widgets.set(id, widget);
          const summary = desk.summary();
          if (summary) widget.viewed(summary);
        }
        widget.element.dataset.size = size;
        // Moving an element loses its focus: only those out of place are moved.
        if (grid.children[index] !== widget.element) grid.insertBefore(widget.element, grid.children[index] ?? null);
      }
    },
    viewed: (summary: Summary) => each((widget) => widget.viewed(summary)),
    changed: (summary: Summary) => each((widget) => widget.changed?.(summary)),
    stop() {
      each((widget) => widget.stop?.());
      widgets.clear();
    },
  };
}
