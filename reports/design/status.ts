/**
 * How a figure stands, told three times: by shape, by word and by colour. Nothing relies on the colour alone.
 * Invariant: every status has a shape of its own; red is for food safety.
 */
import type { Colour } from './colours.ts';

export type Status = 'ok' | 'warn' | 'critical' | 'none' | 'missing';
type Look = { glyph: string; word: { id: string; en: string }; colour: Colour };

export const statuses: Readonly<Record<Status, Look>> = {
  ok: { glyph: '●', word: { id: 'sesuai', en: 'on target' }, colour: 'good' },
  warn: { glyph: '▲', word: { id: 'perhatian', en: 'attention' }, colour: 'warn' },
  critical: { glyph: '■', word: { id: 'kritis', en: 'critical' }, colour: 'critical' },
  none: { glyph: '◇', word: { id: 'tanpa target', en: 'no target' }, colour: 'absent' },
  missing: { glyph: '○', word: { id: 'belum ada data', en: 'no data yet' }, colour: 'absent' },
};

/** The colour of a status; critical food safety is the one thing that is red. */
export const statusColour = (status: Status, foodSafety: boolean): Colour =>
  status === 'critical' && foodSafety ? 'danger' : statuses[status].colour;

/** The outline of a status' shape as an SVG path, about (0, 0), as tall as `size`. Open shapes are drawn, closed ones filled. */
export function shapePath(status: Status, size: number): { d: string; filled: boolean } {
  const half = Math.round(size * 5) / 10;
  const base = Math.round(half * 11) / 10;
  const circle = `M${-half},0A${half},${half} 0 1 1 ${half},0A${half},${half} 0 1 1 ${-half},0Z`;
  const paths: Readonly<Record<Status, string>> = {
    ok: circle,
    warn: `M0,${-half}L${base},${half}L${-base},${half}Z`,
    critical: `M${-half},${-half}H${half}V${half}H${-half}Z`,
    none: `M0,${-half}L${half},0L0,${half}L${-half},0Z`,
    missing: circle,
  };
  return { d: paths[status], filled: status === 'ok' || status === 'warn' || status === 'critical' };
}
