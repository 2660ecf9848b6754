/** Shapes that several answers share. */
import { z } from 'zod';

export const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
export const figure = z.number().nullable();
/** Sums of a KPI and their value; `withheld` where they count fewer than five people outside the kitchen. */
export const sums = { num: figure, den: figure, value: figure, withheld: z.literal(true).optional() };
export const text = z.strictObject({ id: z.string(), en: z.string() });
export const asOf = z
  .strictObject({
    committedAt: z.string().nullable(),
    rolledUpAt: z.string().nullable(),
    lagMs: z.number().nullable(),
  })
  .meta({
    description: 'The source state the answer stands for: its commit time, when it was rolled up, and its age.',
  });
export const target = z.strictObject({ low: figure, high: figure }).nullable();
export const level = z.enum(['national', 'wilayah', 'region', 'province', 'regency', 'sppg']);
export const place = z.strictObject({ scope: z.string(), name: z.string(), level });

/** An answer computed from the rollups; `stale` only while the warehouse is away. */
export const dated = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject({ asOf, stale: z.literal(true).optional(), ...shape });

/** RFC 9457. */
export const problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  instance: z.string().optional(),
});

/** How a table of the source is replicated. */
export const replicated = z.strictObject({
  table: z.string(),
  state: z.string(),
  reason: z.string(),
  copiedRows: z.number(),
  streamedRows: z.number(),
  loadedAt: z.string().nullable(),
  committedAt: z.string().nullable(),
});
