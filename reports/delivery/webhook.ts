/** To a webhook, signed as standardwebhooks.com says; the id is the same at every attempt, and by it the receiver knows a repetition. */
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { LumbungError } from '../../platform/errors.ts';
import type { Target } from '../../warehouse/deliveries/schedules.ts';
import { demandUrl } from '../../warehouse/deliveries/targets.ts';
import { demandSmall, failed, readSecret, type Send } from './channel.ts';

export const signature = (secret: string, id: string, timestamp: string, body: Buffer) =>
  `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;

export const sendToWebhook: Send<Extract<Target, { kind: 'webhook' }>> = async (target, parcel, post, signal) => {
  demandSmall(parcel, 'a webhook');
  const url = demandUrl(post, target.url);
  const secret = readSecret(post, target.secret);
  try {
    const body = await readFile(parcel.file);
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const headers = {
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="${parcel.name}"`,
      'webhook-id': parcel.id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature(secret, parcel.id, timestamp, body),
      'idempotency-key': parcel.id,
      'lumbung-sha256': parcel.sha256,
      'lumbung-number': parcel.number,
    };
    const answer = await fetch(url, { method: 'POST', redirect: 'error', headers, body, signal });
    await answer.body?.cancel();
    // Refused for good; 408, 409, 425 and 429 ask to come again.
    if (answer.status >= 400 && answer.status < 500 && ![408, 409, 425, 429].includes(answer.status))
      throw new LumbungError('bad_input', `the webhook refuses it with ${answer.status}`);
    if (!answer.ok) throw new Error(`answered ${answer.status}`);
    return { taken: true, receipt: `${answer.status} ${url.host}` };
  } catch (error) {
    throw failed('webhook', error);
  }
};
