/** By SFTP: the host is known by its key; written under another name, its size looked at, then renamed; the manifest last. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import Sftp from 'ssh2-sftp-client';
import type { Target } from '../../warehouse/deliveries/schedules.ts';
import { demandHost } from '../../warehouse/deliveries/targets.ts';
import { failed, manifestName, manifestOf, readSecret, type Send } from './channel.ts';

type SftpTarget = Extract<Target, { kind: 'sftp' }>;

export const sendBySftp: Send<SftpTarget> = async (target, parcel, post, signal) => {
  demandHost(post, target.host, target.port);
  const secret = readSecret(post, target.secret);
  const client = new Sftp('lumbung');
  // A server that stops answering is left.
  const leave = () => void client.end().catch(() => undefined);
  signal.addEventListener('abort', leave, { once: true });
  const cut = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(new Error('the server took too long')), { once: true }),
  );
  cut.catch(() => undefined);
  try {
    return await Promise.race([deliver(client, target, secret, parcel, signal), cut]);
  } catch (error) {
    throw failed('SFTP', error);
  } finally {
    signal.removeEventListener('abort', leave);
    leave();
  }
};

async function deliver(
  client: Sftp,
  target: SftpTarget,
  secret: string,
  parcel: Parameters<Send<SftpTarget>>[1],
  signal: AbortSignal,
): ReturnType<Send<SftpTarget>> {
  // The library writes a packet in pieces: without this each waits for the acknowledgement of the one before.
  const sock = connect({ host: target.host, port: target.port, noDelay: true, signal });
  await once(sock, 'connect');
  await client.connect({
    sock,
    username: target.user,
    ...(secret.includes('PRIVATE KEY') ? { privateKey: secret } : { password: secret }),
    hostVerifier: (key: Buffer) =>
      createHash('sha256').update(key).digest('base64').replace(/=+$/, '') === target.hostKey,
    readyTimeout: 20_000,
  });
  const folder = target.folder.replace(/\/+$/, '') || '.';
  if (folder !== '.' && !(await client.exists(folder))) await client.mkdir(folder, true);
  const sizeOf = async (path: string) => ((await client.exists(path)) ? (await client.stat(path)).size : undefined);
  const put = async (name: string, source: string | Buffer, bytes: number) => {
    const path = `${folder}/${name}`;
    const partial = `${folder}/.${parcel.id}.part`;
    await client.put(source, partial);
    const arrived = await sizeOf(partial);
    if (arrived !== bytes) throw new Error(`${arrived} of ${bytes} bytes arrived`);
    // Not every server replaces by rename: what is there under the name is older, or was cut off.
    if ((await sizeOf(path)) !== undefined) await client.delete(path);
    await client.rename(partial, path);
  };
  const manifest = Buffer.from(manifestOf(parcel));
  const there = `${folder}/${manifestName(parcel.name)}`;
  const known = (await sizeOf(there)) === undefined ? undefined : ((await client.get(there)) as Buffer).toString();
  const whole = async () => {
    if ((await sizeOf(`${folder}/${parcel.name}`)) !== parcel.bytes) return false;
    const hash = createHash('sha256');
    const into = new Writable({
      write(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        done();
      },
    });
    await client.get(`${folder}/${parcel.name}`, into);
    return hash.digest('hex') === parcel.sha256;
  };
  if (known !== manifest.toString() || (await sizeOf(`${folder}/${parcel.name}`)) !== parcel.bytes) {
    // It broke off between the two: the file does not come a second time.
    if (!(await whole())) await put(parcel.name, parcel.file, parcel.bytes);
    await put(manifestName(parcel.name), manifest, manifest.length);
  }
  if ((await sizeOf(`${folder}/${parcel.name}`)) !== parcel.bytes) throw new Error('the file is not there');
  return { taken: true, receipt: `sftp://${target.host}:${target.port}/${folder}/${parcel.name}` };
}
