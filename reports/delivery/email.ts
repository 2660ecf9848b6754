/**
 * By e-mail, through the server of SMTP_URL. A mail server cannot be asked whether it has a message: what broke off before the
 * message was handed over is tried again, what broke off after is uncertain. Every attempt has the same Message-ID.
 */
import nodemailer from 'nodemailer';
import { LumbungError, messageOf } from '../../platform/errors.ts';
import type { Target } from '../../warehouse/deliveries/schedules.ts';
import { demandSmall, failed, type Outcome, type Post, type Send } from './channel.ts';

/** Commands before the message itself: what fails in them was not taken. */
const BEFORE = new Set(['CONN', 'EHLO', 'HELO', 'STARTTLS', 'API', 'MAIL FROM', 'RCPT TO']);

export const sendByEmail: Send<Extract<Target, { kind: 'email' }>> = async ({ to }, parcel, post) => {
  demandSmall(parcel, 'e-mail');
  const text = `${parcel.title}\n\nNomor dokumen: ${parcel.number}\nSHA-256 berkas: ${parcel.sha256}\n`;
  const attachments = [{ filename: parcel.name, path: parcel.file }];
  return mail(post, { to, subject: parcel.title, text, attachments }, parcel.id);
};

type Letter = { to: string[]; subject: string; text: string; attachments?: { filename: string; path: string }[] };

/** Hands a letter to the mail server. */
export async function mail(post: Post, letter: Letter, id: string): Promise<Outcome> {
  if (post.SMTP_URL === undefined || post.MAIL_FROM === undefined)
    throw new LumbungError('config', 'set SMTP_URL and MAIL_FROM to send e-mail');
  const timeout = post.DELIVERY_TIMEOUT_SECONDS * 1_000;
  const limits = { connectionTimeout: timeout, greetingTimeout: timeout, socketTimeout: timeout };
  const transport = nodemailer.createTransport({ url: post.SMTP_URL, ...limits });
  const domain = post.MAIL_FROM.replace(/>$/, '').split('@')[1] ?? 'lumbung';
  try {
    const sent = await transport.sendMail({ ...letter, from: post.MAIL_FROM, messageId: `<${id}@${domain}>` });
    if (sent.rejected.length > 0) {
      // Some have it, some do not: sending again would double it for the first.
      return { taken: 'uncertain', reason: `not taken for ${sent.rejected.join(', ')}; taken for the others` };
    }
    return { taken: true, receipt: sent.response.slice(0, 200) };
  } catch (error) {
    const {
      command = 'DATA',
      responseCode = 0,
      code,
    } = error as { command?: string; responseCode?: number; code?: string };
    const refused = responseCode >= 400;
    const before = BEFORE.has(command) || command.startsWith('AUTH') || code === 'EDNS' || code === 'ECONNECTION';
    if (refused && responseCode >= 500)
      throw new LumbungError('bad_input', `the mail server refuses it: ${messageOf(error).slice(0, 200)}`, error);
    if (refused || before) throw failed('e-mail', error);
    return {
      taken: 'uncertain',
      reason: `the connection broke while the message was handed over: ${messageOf(error).slice(0, 200)}`,
    };
  } finally {
    transport.close();
  }
}
