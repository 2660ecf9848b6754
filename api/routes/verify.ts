/**
 * `/verify/<number>`: anybody asks whether a document is what it says, on a page with a QR code, or as JSON.
 * Invariants: no sign-in, no figure; guessing numbers costs its address as much as guessing tokens.
 */
import { Router } from 'express';
import { renderSVG } from 'uqr';
import { LumbungError } from '../../platform/errors.ts';
import { findExportable } from '../../warehouse/exports/catalogue.ts';
import { formatDate } from '../../warehouse/kpis/format.ts';
import { DOCUMENT_NUMBER, verifyNumber } from '../../warehouse/register/verification.ts';
import type { ApiContext } from '../context.ts';
import { escapeHtml, page } from '../page.ts';

export function verifyRoutes({ warehouse, limits, config }: ApiContext): Router {
  const router = Router();
  const find = async (number: string, address: string) => {
    const asked = number.toUpperCase();
    const found = DOCUMENT_NUMBER.test(asked) ? await verifyNumber(warehouse, asked) : undefined;
    if (found === undefined) limits.refused(address);
    return found;
  };

  router.get('/api/v1/verify/:number', async (request, response) => {
    const found = await find(request.params.number, request.ip ?? 'unknown');
    if (found === undefined) throw new LumbungError('not_found', 'no document with this number was issued');
    response.set('Cache-Control', 'no-store').json(found);
  });

  router.get('/verify/:number', async (request, response) => {
    const found = await find(request.params.number, request.ip ?? 'unknown');
    response.set('Cache-Control', 'no-store').type('html');
    if (found === undefined) {
      const text =
        '<p class="bad">Tidak ada dokumen dengan nomor ini. Periksa kembali nomor pada dokumen; bila tetap tidak ditemukan, jangan percayai dokumen tersebut.</p>';
      return void response.status(404).send(page('Verifikasi dokumen', text, 'id'));
    }
    const address = new URL(
      `/verify/${found.number}`,
      config.PUBLIC_URL ?? `${request.protocol}://${request.get('host')}`,
    ).href;
    const code = `data:image/svg+xml;base64,${Buffer.from(renderSVG(address, { border: 1 })).toString('base64')}`;
    const rows: [string, string][] = [
      ['Nomor', found.number],
      ['Jenis laporan', findExportable(found.report)?.name.id ?? found.report],
      [
        'Periode',
        found.from === found.to ? formatDate(found.from) : `${formatDate(found.from)} s.d. ${formatDate(found.to)}`,
      ],
      ['Keadaan', found.state],
      ['Revisi', String(found.revision)],
      ['SHA-256 angka', found.sha256],
      ...found.files.map(({ format, sha256 }): [string, string] => [`SHA-256 berkas ${format}`, sha256]),
    ];
    const cells = rows.map(
      ([name, text]) => `<tr><th scope="row">${escapeHtml(name)}</th><td><code>${escapeHtml(text)}</code></td></tr>`,
    );
    const verdict =
      found.replacedBy === null
        ? '<p class="good">● Dokumen ini terdaftar dan masih berlaku.</p>'
        : `<p class="bad">▲ Dokumen ini terdaftar, tetapi sudah digantikan: ${escapeHtml(found.replacedBy)}.</p>`;
    const image = `<p><img src="${code}" width="160" height="160" alt="Kode QR alamat halaman ini"></p>`;
    response.send(
      page('Verifikasi dokumen', `${verdict}<table><tbody>${cells.join('')}</tbody></table>${image}`, 'id'),
    );
  });
  return router;
}
