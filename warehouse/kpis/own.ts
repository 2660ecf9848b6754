/**
 * KPIs of one's own: every file of the folder `own/` exports one as `kpi`. Nothing else has to be told of it.
 * Invariant: what is not a KPI of a known fact, or has another's id, stops the start with a message that names the file.
 */
import { readdirSync } from 'node:fs';
import { z } from 'zod';
import { LumbungError } from '../../platform/errors.ts';
import { facts } from '../rollups/facts.ts';
import { type Kpi, sections } from './kpi.ts';

const text = z.object({ id: z.string().min(1), en: z.string().min(1) });
const shape = z.looseObject({
  id: z.string().regex(/^[a-z][a-z0-9_]{1,59}$/, 'must be lower case letters, digits and underscores'),
  section: z.enum(Object.keys(sections) as [Kpi['section'], ...Kpi['section'][]]),
  fact: z.enum(Object.keys(facts) as [Kpi['fact'], ...Kpi['fact'][]]),
  name: text,
  definition: text,
  num: z.string().min(1),
  sources: z.array(z.string()).min(1),
});

const folder = new URL('own/', import.meta.url);

export async function ownKpis(): Promise<Kpi[]> {
  const found: Kpi[] = [];
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.ts')) continue;
    const { kpi } = (await import(`./own/${file.slice(0, -3)}.ts`)) as { kpi?: Kpi };
    const parsed = shape.safeParse(kpi);
    if (kpi !== undefined && parsed.success) found.push(kpi);
    else {
      const faults = parsed.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
      throw new LumbungError('config', `warehouse/kpis/own/${file} exports no usable "kpi": ${faults}`);
    }
  }
  return found;
}
