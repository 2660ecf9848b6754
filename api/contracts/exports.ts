/** Contracts of exports: files made by a worker, kept for some days. */
import { z } from 'zod';
import { EXPORT_STATES } from '../../warehouse/exports/ledger.ts';
import { LEVELS } from '../../warehouse/scopes.ts';
import { downloadInput, exportInput, exportsInput } from '../inputs.ts';
import type { Contract } from './contract.ts';
import { day, text } from './shapes.ts';

const entry = z.strictObject({
  id: z.string(),
  report: z.string(),
  format: z.string(),
  scope: z.string(),
  unit: z.string().meta({ description: 'The name of the unit.' }),
  from: day.nullable(),
  to: day.nullable(),
  state: z.enum(EXPORT_STATES),
  requestedBy: z.string(),
  requestedAt: z.string(),
  finishedAt: z.string().nullable(),
  expiresAt: z.string(),
  bytes: z.number().nullable(),
  sha256: z.string().nullable(),
  committedAt: z.string().nullable().meta({ description: 'The source commit time the file stands for.' }),
  reason: z.string().nullable(),
  number: z.string().meta({ description: 'What stands on the document and can be verified; empty for data files.' }),
  file: z.string().nullable().meta({ description: 'Where the file is to be fetched once it is done.' }),
});

export const exports: readonly Contract[] = [
  {
    method: 'post',
    path: '/api/v1/exports',
    tag: 'Exports',
    summary: 'Asks for a file. It is made by a worker; `state` of the export says when it is done.',
    body: exportInput,
    answer: entry,
    status: 202,
  },
  {
    method: 'get',
    path: '/api/v1/exports',
    tag: 'Exports',
    summary: "The caller's exports, the newest first (auditors: everybody's), and the reports that can be asked for.",
    query: exportsInput,
    answer: z.strictObject({
      exports: z.array(entry),
      reports: z.array(
        z.strictObject({
          ...{ id: z.string(), name: text, formats: z.array(z.string()), period: z.boolean() },
          of: z
            .enum(['day', 'fortnight', 'month', 'range'])
            .nullable()
            .meta({ description: 'The period a ministry document is of; null for data files, which take any days.' }),
          levels: z.array(z.enum(LEVELS)).nullable().meta({ description: 'Units a document is made of; null: any.' }),
          asksReason: z.boolean().meta({ description: 'A download needs `reason`, which the audit trail keeps.' }),
        }),
      ),
      fortnights: z
        .array(z.strictObject({ from: day, to: day }))
        .meta({ description: 'Fortnights that have begun, the newest first.' }),
      typical: z
        .array(z.strictObject({ report: z.string(), format: z.string(), seconds: z.number() }))
        .meta({ description: 'How long such files took lately, as a median.' }),
    }),
    rows: 'exports',
  },
  { method: 'get', path: '/api/v1/exports/{id}', tag: 'Exports', summary: 'One export.', answer: entry },
  {
    ...{ method: 'delete', path: '/api/v1/exports/{id}', tag: 'Exports', answer: entry },
    summary: 'Cancels an export that waits or runs.',
  },
  {
    method: 'get',
    path: '/api/v1/exports/{id}/file',
    tag: 'Exports',
    summary:
      'The file, for whoever asked for it, while their scope still includes it. A `Range` goes on with a download that was cut off.',
    ...{ query: downloadInput, media: 'application/octet-stream' },
  },
];
