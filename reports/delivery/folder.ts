/** Into a folder below the outbox: written beside, flushed, then renamed, so that a file of that name is whole. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { copyFile, mkdir, open, rename, writeFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LumbungError } from '../../platform/errors.ts';
import type { Target } from '../../warehouse/deliveries/schedules.ts';
import { failed, manifestName, manifestOf, type Send } from './channel.ts';

export const hashOfFile = async (file: string): Promise<string> => {
  const digest = createHash('sha256');
  await pipeline(createReadStream(file), digest);
  return digest.digest('hex');
};

export const sendToFolder: Send<Extract<Target, { kind: 'folder' }>> = async (target, parcel, { outbox }) => {
  const folder = resolve(outbox, `./${target.folder}`);
  if (folder !== resolve(outbox) && !folder.startsWith(resolve(outbox) + sep))
    throw new LumbungError('forbidden', 'the folder lies outside the outbox');
  const file = join(folder, parcel.name);
  try {
    await mkdir(folder, { recursive: true });
    if (!existsSync(file) || (await hashOfFile(file)) !== parcel.sha256) {
      const partial = join(folder, `.${parcel.id}.part`);
      await copyFile(parcel.file, partial);
      const handle = await open(partial, 'r+');
      await handle.sync();
      await handle.close();
      await rename(partial, file);
    }
    await writeFile(join(folder, manifestName(parcel.name)), manifestOf(parcel));
    if ((await hashOfFile(file)) !== parcel.sha256) throw new Error('the file arrived altered');
  } catch (error) {
    throw failed('folder', error);
  }
  return { taken: true, receipt: file };
};
