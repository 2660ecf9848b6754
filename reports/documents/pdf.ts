/**
 * A report as PDF (PDF/UA-1: tagged, its language named, pictures with a text alternative), set by Typst.
 * Invariants: it is set in a process of its own whose address space and time are capped, so that no document takes a worker
 * down; values reach the typesetter as data; the same report and stamp give the same bytes.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderSVG } from 'uqr';
import { LumbungError } from '../../platform/errors.ts';
import { trendPicture } from './pdf/charts.ts';
import { shownText } from './pdf/glyphs.ts';
import { layoutOf } from './pdf/layout.ts';
import type { Report, Stamp } from './report.ts';

const here = (name: string) => fileURLToPath(new URL(`./pdf/${name}`, import.meta.url));
/** Of addresses, most of which are never used: the process holds about half of it. */
const ADDRESSES_KIB = 6 * 1024 ** 2;
const WITHIN_MS = 10 * 60_000;

export type Limits = { addressesKib?: number; withinMs?: number };

export async function renderPdf(
  report: Report,
  stamp: Stamp,
  signal: AbortSignal,
  limits: Limits = {},
): Promise<Buffer> {
  const pictures = await Promise.all(report.parts.flatMap((part) => (part.kind === 'trend' ? trendPicture(part) : [])));
  const layout = layoutOf(
    report,
    stamp,
    pictures.map(({ alt }) => alt),
  );
  const files = {
    'layout.json': JSON.stringify(layout, (_key, value: unknown) =>
      typeof value === 'string' ? shownText(value) : value,
    ),
    ...Object.fromEntries(pictures.map(({ svg }, at) => [`trend-${at}.svg`, svg])),
    ...(stamp.verifyUrl === undefined ? {} : { 'qr.svg': renderSVG(stamp.verifyUrl, { border: 0 }) }),
  };
  const timestamp = Math.floor(Date.parse(report.asOf.committedAt) / 1_000);
  return setDocument({ main: readFileSync(here('report.typ'), 'utf8'), files, timestamp }, signal, limits);
}

/** Sets a document from its source and the files it opens. */
export function setDocument(
  document: { main: string; files: Readonly<Record<string, string>>; timestamp: number },
  signal: AbortSignal,
  { addressesKib = ADDRESSES_KIB, withinMs = WITHIN_MS }: Limits = {},
): Promise<Buffer> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
  return new Promise((resolve, reject) => {
    const limited = `ulimit -v ${addressesKib} && exec "$0" "$1"`;
    const child = spawn('/bin/sh', ['-c', limited, process.execPath, here('compile.mjs')], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH ?? '' },
      signal: within,
      killSignal: 'SIGKILL',
    });
    const told: Buffer[] = [];
    const made: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => made.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => told.push(chunk));
    child.once('error', (error) => {
      if (!within.aborted) return reject(error);
      const late = new LumbungError(
        'bad_input',
        `the document took longer than ${withinMs / 1_000} s: take a smaller scope, or XLSX`,
      );
      reject(signal.aborted ? signal.reason : late);
    });
    child.once('close', (code) => {
      if (code === 0) return resolve(Buffer.concat(made));
      const said = Buffer.concat(told).toString('utf8');
      // Out of addresses, engine and typesetter end by a signal or say so.
      const full = code === null || code > 128 || /out of memory|allocat/i.test(said);
      reject(
        full
          ? new LumbungError(
              'bad_input',
              'the document needs more memory than it may have: take a smaller scope, or XLSX',
            )
          : new LumbungError('internal', `the document could not be set: ${said.slice(0, 1_000)}`),
      );
    });
    // A child that ended early says why itself.
    child.stdin.on('error', () => undefined);
    child.stdin.end(JSON.stringify(document));
  });
}
