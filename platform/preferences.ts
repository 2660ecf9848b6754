/**
 * What a person has chosen for the live screen: which widgets stand where and how wide, language and theme.
 * Invariants: what is stored is small and parsed by this schema on its way in and out; it holds nothing but choices, and what was not
 * chosen is absent, so that later defaults reach those who never chose otherwise.
 */
import { z } from 'zod';

const MAX_WIDGETS = 60;

const widgets = z
  .array(
    z.strictObject({
      /** A part of the screen; one that a screen does not know is left out by it. */
      id: z.string().regex(/^[a-z0-9_]{1,60}$/, 'must be the name of a widget'),
      size: z.enum(['full', 'half']),
      shown: z.boolean(),
    }),
  )
  .max(MAX_WIDGETS, `at most ${MAX_WIDGETS} widgets`)
  .refine((list) => new Set(list.map(({ id }) => id)).size === list.length, 'each widget once');

export const preferences = z.strictObject({
  widgets: widgets.optional(),
  language: z.enum(['id', 'en']).optional(),
  theme: z.enum(['auto', 'light', 'dark']).optional(),
});
export type Preferences = z.infer<typeof preferences>;
export type Widget = z.infer<typeof widgets>[number];

/** As it is told: what was chosen, and what the role has where nothing was. */
export const toldPreferences = z.strictObject({
  saved: z.boolean().meta({ description: 'False: nothing is saved.' }),
  ...preferences.shape,
  defaults: z.strictObject({ widgets }).meta({ description: 'What the role begins with.' }),
});

export type ToldPreferences = z.infer<typeof toldPreferences>;

/** As it is sent: what was told may be sent back whole; only the choices of it count. */
export const sentPreferences = toldPreferences.partial();
