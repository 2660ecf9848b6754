/** What a build is told and what it tells: messages between the worker and the process that builds. */
import { z } from 'zod';
import { siteProgress } from '../../platform/queues.ts';
import { releaseInfo } from '../../platform/site.ts';

export const siteTask = z.object({
  id: z.string(),
  kind: z.enum(['full', 'units']),
  audience: z.enum(['readers', 'public']),
  /** False: no narrative pages, so that units' pages are there at once. */
  narrative: z.boolean(),
  dataDir: z.string(),
  /** The release it begins with; null before the first. */
  base: z.string().nullable(),
  /** Where a public site is written to. */
  out: z.string().optional(),
  /** The path under which the site is served. */
  basePath: z.string(),
  /** The address of this installation, which links may name in full. */
  origin: z.string().optional(),
  graceDays: z.number(),
  clickhouseUrl: z.string(),
  failpoint: z.string().optional(),
});
export type SiteTask = z.infer<typeof siteTask>;

const told = siteProgress.pick({ step: true, done: true, total: true });
export type Told = z.infer<typeof told>;
export type Tell = (progress: Told) => void;

const built = z.discriminatedUnion('state', [
  z.object({ state: z.literal('unchanged'), seq: z.number() }),
  z.object({ state: z.literal('built'), seq: z.number(), info: releaseInfo, rendered: z.number() }),
]);
export type Built = z.infer<typeof built>;

/** From the process that builds. */
export const siteMessage = z.union([
  z.object({ progress: told }),
  z.object({ built }),
  z.object({ failed: z.object({ kind: z.string(), message: z.string() }) }),
]);
export type SiteMessage = z.infer<typeof siteMessage>;
