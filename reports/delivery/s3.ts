/** Into S3-compatible storage: a conditional put, signed with the hash of the bytes; what is there already is compared, not replaced. */
import { readFile } from 'node:fs/promises';
import { AwsClient } from 'aws4fetch';
import { z } from 'zod';
import { LumbungError } from '../../platform/errors.ts';
import type { Target } from '../../warehouse/deliveries/schedules.ts';
import { demandUrl } from '../../warehouse/deliveries/targets.ts';
import { demandSmall, failed, manifestName, manifestOf, readSecret, type Send } from './channel.ts';

const keys = z.object({ accessKeyId: z.string(), secretAccessKey: z.string(), sessionToken: z.string().optional() });

export const sendToS3: Send<Extract<Target, { kind: 's3' }>> = async (target, parcel, post, signal) => {
  demandSmall(parcel, 'S3');
  const endpoint = demandUrl(post, target.endpoint);
  const { sessionToken, ...pair } = parseKeys(readSecret(post, target.secret), target.secret);
  const client = new AwsClient({
    ...{
      ...pair,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      service: 's3',
      region: target.region,
      retries: 0,
    },
  });
  const prefix = target.prefix.split('/').filter((part) => part !== '');
  const urlOf = (name: string) =>
    `${endpoint.origin}${[endpoint.pathname.replace(/\/$/, ''), target.bucket, ...prefix, name].map((part) => encodeURI(part)).join('/')}`;
  const ask = async (method: string, name: string, init: RequestInit = {}) =>
    client.fetch(urlOf(name), { method, redirect: 'error', signal, ...init });
  /** Puts it where nothing is; true when the very same is there. */
  const put = async (name: string, body: Buffer<ArrayBuffer>, sha256: string, overwrite: boolean) => {
    const held = await ask('HEAD', name);
    if (held.status === 200 && held.headers.get('x-amz-meta-sha256') === sha256) return;
    if (held.status === 200 && !overwrite)
      throw new LumbungError(
        'bad_input',
        `${name} is there already with other bytes: remove it, or choose another prefix`,
      );
    const headers = { 'x-amz-meta-sha256': sha256, ...(overwrite ? {} : { 'if-none-match': '*' }) };
    const answer = await ask('PUT', name, { body, headers });
    // Somebody put it there in between: look again.
    if (answer.status === 412 || answer.status === 409) throw new LumbungError('transient', `${name} is being written`);
    if (answer.status === 403) throw new LumbungError('forbidden', 'the storage refuses these keys for this bucket');
    if (!answer.ok) throw new Error(`PUT answered ${answer.status}`);
    const after = await ask('HEAD', name);
    if (Number(after.headers.get('content-length')) !== body.length) throw new Error('the object is not whole');
  };
  try {
    await put(parcel.name, await readFile(parcel.file), parcel.sha256, false);
    await put(manifestName(parcel.name), Buffer.from(manifestOf(parcel)), parcel.sha256, true);
  } catch (error) {
    throw failed('S3', error);
  }
  return { taken: true, receipt: urlOf(parcel.name) };
};

function parseKeys(text: string, name: string): z.infer<typeof keys> {
  try {
    return keys.parse(JSON.parse(text));
  } catch {
    throw new LumbungError('config', `the secret ${name} must be {"accessKeyId":"…","secretAccessKey":"…"}`);
  }
}
