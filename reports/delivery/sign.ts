/**
 * The signing seam: a PDF gets a PAdES signature (ETSI.CAdES.detached) by the certificate of SIGN_P12_FILE, or stays as it is.
 * A national e-sign service takes the place of P12Signer: it answers the same question, a CMS signature over the bytes it is given.
 */
import { readFileSync } from 'node:fs';
import { plainAddPlaceholder } from '@signpdf/placeholder-plain';
import { P12Signer } from '@signpdf/signer-p12';
import { SignPdf } from '@signpdf/signpdf';
import { SUBFILTER_ETSI_CADES_DETACHED } from '@signpdf/utils';
import type { Config } from '../../platform/config.ts';
import { LumbungError, messageOf } from '../../platform/errors.ts';

export async function signPdf(
  pdf: Buffer,
  { SIGN_P12_FILE, SIGN_P12_PASSWORD_FILE }: Pick<Config, 'SIGN_P12_FILE' | 'SIGN_P12_PASSWORD_FILE'>,
  reason: string,
): Promise<Buffer> {
  if (SIGN_P12_FILE === undefined) return pdf;
  try {
    const passphrase = SIGN_P12_PASSWORD_FILE === undefined ? '' : readFileSync(SIGN_P12_PASSWORD_FILE, 'utf8').trim();
    const signer = new P12Signer(readFileSync(SIGN_P12_FILE), { passphrase });
    const prepared = plainAddPlaceholder({
      pdfBuffer: pdf,
      reason,
      contactInfo: '',
      name: 'Lumbung',
      location: 'Indonesia',
      subFilter: SUBFILTER_ETSI_CADES_DETACHED,
    });
    return await new SignPdf().sign(prepared, signer);
  } catch (cause) {
    // Unsigned where a signature was asked for would be worse than late.
    throw new LumbungError('config', `the document could not be signed by SIGN_P12_FILE: ${messageOf(cause)}`, cause);
  }
}
