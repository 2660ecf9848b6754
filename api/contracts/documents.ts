/** Contracts of the register of ministry documents, of schedules and deliveries, and of verification. */
import { z } from 'zod';
import { DELIVERY_STATES } from '../../warehouse/deliveries/ledger.ts';
import { scheduleInput } from '../../warehouse/deliveries/schedules.ts';
import { deliveriesInput, reportActInput, reportInput, reportKeyInput } from '../inputs.ts';
import type { Contract } from './contract.ts';
import { day, text } from './shapes.ts';

const key = { report: z.string(), scope: z.string(), from: day, to: day };
const life = {
  state: z.string().meta({ description: 'Sementara, Diverifikasi, Disahkan or Revisi n.' }),
  revision: z.number().int(),
  sha256: z.string().nullable().meta({ description: 'SHA-256 of the canonical JSON of the numbers that count.' }),
  locked: z.array(
    z.strictObject({
      ...{ revision: z.number().int(), sha256: z.string(), at: z.string() },
      ...{ approvedBy: z.string(), verifiedBy: z.string() },
    }),
  ),
  draft: z.strictObject({ sha256: z.string(), at: z.string(), verifiedBy: z.string().nullable() }).nullable(),
  exception: z.strictObject({ until: z.string(), reason: z.string(), actor: z.string() }).nullable(),
};
const unit = z.string().meta({ description: 'The name of the unit.' });
const registered = z.strictObject({ ...key, unit, ...life });
const cell = z.union([z.string(), z.number()]).nullable();
const moved = z.strictObject({
  ...{ part: z.string(), row: z.string(), number: text, before: cell, after: cell, by: z.number().nullable() },
});
const cause = z.strictObject({
  ...{ table: z.string(), unit: z.string(), rows: z.number(), first: z.string(), last: z.string() },
});
const schedule = z.looseObject({ id: z.string(), next: z.string().meta({ description: 'When it is due next.' }) });
const delivery = z.strictObject({
  ...{ id: z.string(), version: z.number().int(), schedule: z.string(), due: z.string(), ...key, unit },
  ...{
    revision: z.number().int(),
    format: z.string(),
    target: z.string(),
    role: z.string(),
    state: z.enum(DELIVERY_STATES),
  },
  ...{ attempt: z.number().int(), number: z.string(), documentState: z.string(), contentSha256: z.string() },
  ...{ committedAt: z.string(), rolledUpAt: z.string(), name: z.string(), sha256: z.string(), bytes: z.number() },
  ...{ receipt: z.string(), reason: z.string() },
});

export const documents: readonly Contract[] = [
  {
    ...{ method: 'get', path: '/api/v1/reports', tag: 'Exports' },
    summary: "The register of ministry documents within the caller's scope, with their states.",
    answer: z.strictObject({ reports: z.array(registered) }),
  },
  {
    ...{ method: 'get', path: '/api/v1/reports/one', tag: 'Exports' },
    summary: 'One report: the frozen numbers (as known at an instant with `known`), and what a pending revision moves.',
    query: reportKeyInput,
    answer: z.strictObject({
      ...{ ...key, unit, ...life },
      numbers: z.looseObject({}),
      pending: z.array(moved),
      causes: z.array(cause),
    }),
  },
  {
    ...{ method: 'post', path: '/api/v1/reports', tag: 'Exports' },
    summary: 'Puts a report into the register, or has its numbers read again.',
    ...{ body: reportInput, answer: registered, status: 202 },
  },
  {
    ...{ method: 'post', path: '/api/v1/reports/acts', tag: 'Exports' },
    summary:
      'Verifies, rejects or approves the numbers named by their SHA-256, or makes an exception to a lock until a day.',
    ...{ body: reportActInput, answer: registered },
  },
  {
    ...{ method: 'get', path: '/api/v1/schedules', tag: 'Exports' },
    summary: 'Schedules of deliveries.',
    answer: z.strictObject({ schedules: z.array(schedule) }),
  },
  {
    ...{ method: 'put', path: '/api/v1/schedules', tag: 'Exports' },
    summary: 'Saves a schedule of deliveries under its id.',
    ...{ body: scheduleInput, answer: schedule },
  },
  {
    ...{ method: 'delete', path: '/api/v1/schedules/{id}', tag: 'Exports', status: 204 },
    summary: 'Removes a schedule; what is under way is held.',
  },
  {
    ...{ method: 'get', path: '/api/v1/deliveries', tag: 'Exports' },
    summary: 'The ledger of deliveries, the newest first.',
    query: deliveriesInput,
    answer: z.strictObject({ deliveries: z.array(delivery) }),
  },
  {
    ...{ method: 'post', path: '/api/v1/deliveries/{id}/again', tag: 'Exports' },
    summary: 'Orders a delivery again that is held, failed, uncertain or done.',
    ...{ answer: delivery, status: 202 },
  },
  {
    ...{ method: 'get', path: '/api/v1/verify/{number}', tag: 'Exports', open: true },
    summary: 'Whether a document with this number was issued: period, state, revision and SHA-256, no figures.',
    answer: z.strictObject({
      ...{ number: z.string(), ...key, revision: z.number().int(), sha256: z.string(), state: z.string() },
      replacedBy: z.string().nullable(),
      files: z.array(z.strictObject({ format: z.string(), sha256: z.string() })),
    }),
  },
];
