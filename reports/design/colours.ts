/**
 * Colours by name. What draws takes them from here, so that no chart knows a colour and both themes come from one drawing.
 * Invariant (tests/unit/design.test.ts): these are exactly the colours of tokens.css.
 */
export const colours = {
  surface: ['paper', 'surface', 'sunken', 'expected'],
  text: ['ink', 'muted', 'brand'],
  status: ['good', 'warn', 'critical', 'danger', 'absent'],
  graphic: ['series', 'compared', 'context', 'edge'],
  hairline: ['line'],
  scale: ['worse-3', 'worse-2', 'worse-1', 'even', 'better-1', 'better-2', 'better-3'],
  amount: ['amount-0', 'amount-1', 'amount-2', 'amount-3'],
} as const;

export type Colour = (typeof colours)[keyof typeof colours][number];

export const colour = (name: Colour): string => `var(--${name})`;
