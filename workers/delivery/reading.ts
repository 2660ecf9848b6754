/**
 * Reads reports of the register: drafts as they are now, and locked ones for what has come since.
 * Invariant: a locked report's numbers are never replaced here; what differs becomes a draft beside them, a pending revision.
 */
import { canonical } from '../../reports/documents/report.ts';
import { readFreshness } from '../../warehouse/ledger.ts';
import { visibleKpis } from '../../warehouse/permissions.ts';
import type { Life } from '../../warehouse/register/life.ts';
import { listRegister, noteReading, type ReportKey } from '../../warehouse/register/register.ts';
import { parseScope } from '../../warehouse/scopes.ts';
import type { DeliveryContext } from './documents.ts';

const READ_WITHIN_MS = 10 * 60_000;
/** Periods that ended longer ago are read again on demand only. */
const LATE_DAYS = 400;

/** The register keeps what the ministry may be told: small numbers of people withheld. Who sees it is asked where it is shown. */
const AUDIENCE = 'BGN_REGISTER';

/** The whole report, as the register keeps it. */
export async function readForRegister(context: DeliveryContext, key: ReportKey): Promise<Life> {
  const { warehouse, documents, lifecycle, config } = context;
  const signal = AbortSignal.any([lifecycle.signal, AbortSignal.timeout(READ_WITHIN_MS)]);
  const of = {
    scope: parseScope(key.scope),
    from: key.from,
    to: key.to,
    kpis: visibleKpis(AUDIENCE),
    graceDays: config.GRACE_DAYS,
  };
  const report = await documents.read(warehouse, key.report, of, signal);
  const { committedAt, rolledUpAt } = report.asOf;
  return noteReading(warehouse, key, { content: canonical(report), committedAt, rolledUpAt });
}

/** All of them, as far as anything was rolled up since they were read. */
export async function readRegister(context: DeliveryContext): Promise<void> {
  const oldest = new Date(Date.now() - LATE_DAYS * 86_400_000).toISOString().slice(0, 10);
  const { rolledUpAt } = await readFreshness(context.warehouse);
  for (const { report, scope, from, to, events } of await listRegister(context.warehouse)) {
    const lastRead = events.findLast(({ kind }) => kind === 'read')?.rolledUpAt ?? '';
    if (to < oldest || (rolledUpAt !== null && lastRead >= rolledUpAt)) continue;
    if (context.lifecycle.signal.aborted) return;
    await readForRegister(context, { report, scope, from, to });
  }
}
