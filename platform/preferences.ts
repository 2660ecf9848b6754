/**
 * How a person wants the live screen: which widgets in which order and size, the period and comparison, language and theme.
 * Invariant: what is stored is small and parsed by this schema on its way in and out; it holds nothing but choices.
 */
import { z } from 'zod';

export const WIDGET_SIZES = ['small', 'wide', 'tall'] as const;
const MAX_WIDGETS = 60;

export const preferences = z.strictObject({
  widgets: z
    .array(
      z.strictObject({
        /** A part of the screen, or `kpi:` and the id of a KPI; one that a screen does not know is left out by it. */
        id: z.string().regex(/^(kpi:)?[a-z0-9_]{1,60}$/, 'must be the name of a widget, or kpi: and the id of a KPI'),
        size: z.enum(WIDGET_SIZES),
      }),
    )
    .max(MAX_WIDGETS, `at most ${MAX_WIDGETS} widgets`)
    .refine((list) => new Set(list.map(({ id }) => id)).size === list.length, 'each widget once'),
  period: z.enum(['day', 'week', 'fortnight', 'month', 'quarter', 'year']),
  comparison: z.enum(['yesterday', 'same_weekday', 'target', 'none']),
  language: z.enum(['id', 'en']),
  theme: z.enum(['system', 'light', 'dark']),
});
export type Preferences = z.infer<typeof preferences>;
