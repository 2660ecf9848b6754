/**
 * What anybody may know of a document by its number: period, state, revision and the SHA-256 of its numbers and its files.
 * Invariant: no figure and no name of a person is told here; an unknown number is answered in the same words as a wrong one.
 */
import type { Warehouse } from '../client.ts';
import { answerOf, stateOfRevision } from './life.ts';
import { type ReportKey, readLife } from './register.ts';

export const DOCUMENT_NUMBER = /^LMB(-[0-9A-F]{5}){4}$/;

export type Verification = ReportKey & {
  number: string;
  revision: number;
  sha256: string;
  /** Of this document, now: Sementara, Diverifikasi, Disahkan, Revisi n. */
  state: string;
  /** The state and number of what counts instead; null while this one counts. */
  replacedBy: string | null;
  files: { format: string; sha256: string }[];
};

export async function verifyNumber(warehouse: Warehouse, number: string): Promise<Verification | undefined> {
  const [row] = await warehouse.query<ReportKey & { revision: number; sha256: string }>(
    `SELECT toString(report) AS report, scope, toString(period_from) AS \`from\`, toString(period_to) AS \`to\`, revision, sha256
     FROM ops.report_numbers FINAL WHERE number = {number:String}`,
    { number },
  );
  if (row === undefined) return undefined;
  const { report, scope, from, to, revision, sha256 } = row;
  const life = await readLife(warehouse, { report, scope, from, to });
  const own = life.locked.find((locked) => locked.revision === revision && locked.sha256 === sha256);
  const now = answerOf(life);
  const drafted = life.draft?.sha256 === sha256 ? life.draft : undefined;
  const state = own ? stateOfRevision(own.revision) : drafted?.verifiedBy !== undefined ? 'Diverifikasi' : 'Sementara';
  const replacedBy = now === undefined || now.sha256 === sha256 || (drafted && !now.locked) ? null : now.state;
  const files = await warehouse.query<{ format: string; sha256: string }>(
    `SELECT DISTINCT format, sha256 FROM (
       SELECT toString(format) AS format, sha256 FROM ops.deliveries FINAL WHERE number = {number:String} AND sha256 != ''
       UNION ALL
       SELECT toString(format), assumeNotNull(sha256) FROM ops.exports FINAL WHERE number = {number:String} AND sha256 IS NOT NULL
     ) ORDER BY format, sha256 LIMIT 100`,
    { number },
  );
  return { number, report, scope, from, to, revision, sha256, state, replacedBy, files };
}
