/**
 * A document with the word of the register: its state, its number, and the address where both can be confirmed.
 * Invariants: what is locked is answered with its frozen numbers, whatever has come since; who does not see all of them gets the
 * figures its role sees, as Sementara, for fewer numbers were confirmed by nobody; a number is given out before it is printed.
 */
import type { Config } from '../../platform/config.ts';
import type { Warehouse } from '../../warehouse/client.ts';
import { registry } from '../../warehouse/kpis/registry.ts';
import { answerOf } from '../../warehouse/register/life.ts';
import { issueNumber, type ReportKey, readContent, readLife } from '../../warehouse/register/register.ts';
import { formatScope } from '../../warehouse/scopes.ts';
import { PARTS_OF_EVERY_FIELD } from './findings.ts';
import type { Of } from './read.ts';
import { fingerprint, readReport } from './render.ts';
import type { Report, Stamp } from './report.ts';

/** A frozen content as a report again. */
export function thawed(content: string, { committedAt, rolledUpAt }: Report['asOf']): Report {
  return { ...(JSON.parse(content) as Omit<Report, 'asOf'>), asOf: { committedAt, rolledUpAt } };
}

/** Whether who sees these KPIs sees all of it: those it is made of, and the fields of work its findings are about. */
export function seesAll({ definitions, parts }: Report, kpis: Of['kpis']): boolean {
  const seen = new Set(kpis.map(({ id }) => id));
  const owners = new Set(kpis.map(({ owner }) => owner));
  const ofEveryField = parts.some(({ id }) => PARTS_OF_EVERY_FIELD.includes(id));
  return definitions.every((id) => seen.has(id)) && (!ofEveryField || registry.every(({ owner }) => owners.has(owner)));
}

/** Where a document's number can be asked about: the address people know, or this machine's own. */
export function verifyAddress({ PUBLIC_URL, HOST, PORT }: Origin, number: string): string | undefined {
  const origin = PUBLIC_URL ?? (PORT === 0 ? undefined : `http://${HOST}:${PORT}`);
  return origin === undefined ? undefined : new URL(`/verify/${number}`, origin).href;
}
export type Origin = Pick<Config, 'PUBLIC_URL' | 'HOST' | 'PORT'>;

export function stampOf(origin: Origin, stamp: Required<Omit<Stamp, 'verifyUrl'>>): Stamp {
  const verifyUrl = verifyAddress(origin, stamp.number);
  return { ...stamp, ...(verifyUrl === undefined ? {} : { verifyUrl }) };
}

export async function confirmedDocument(
  warehouse: Warehouse,
  origin: Origin,
  id: string,
  of: Of,
  signal: AbortSignal,
): Promise<{ report: Report; stamp: Stamp; number: string }> {
  const key: ReportKey = { report: id, scope: formatScope(of.scope), from: of.from, to: of.to };
  const answer = answerOf(await readLife(warehouse, key));
  const stamped = async (report: Report, sha256: string, state: string, revision: number) => {
    const number = await issueNumber(warehouse, key, revision, sha256);
    return { report, number, stamp: stampOf(origin, { state, revision, number, sha256 }) };
  };
  if (answer?.locked) {
    const frozen = thawed(await readContent(warehouse, answer.sha256), answer);
    if (seesAll(frozen, of.kpis)) return stamped(frozen, answer.sha256, answer.state, answer.revision);
  }
  const report = await readReport(warehouse, id, of, signal);
  const sha256 = fingerprint(report);
  const confirmed = answer !== undefined && !answer.locked && answer.sha256 === sha256;
  return stamped(report, sha256, confirmed ? answer.state : 'Sementara', 0);
}
