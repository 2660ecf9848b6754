/** Trees of files as builds need them: listed, and hard-linked from one release into the next. */
import { constants } from 'node:fs';
import { copyFile, link, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Links at a time: the file system is busy enough with these. */
const AT_ONCE = 64;

/** Every file below a folder by its path inside, in no order. */
export async function* filesBelow(folder: string, inside = ''): AsyncGenerator<string> {
  for (const entry of await readdir(join(folder, inside), { withFileTypes: true })) {
    const path = inside === '' ? entry.name : `${inside}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(folder, path);
    else yield path;
  }
}

/** Links the files that `wanted` names into another folder; copies where the file system has no hard links. */
export async function linkTree(
  from: string,
  to: string,
  { wanted = () => true, signal }: { wanted?: (path: string) => boolean; signal: AbortSignal },
): Promise<number> {
  let count = 0;
  const folders = new Set<string>();
  let batch: Promise<void>[] = [];
  for await (const path of filesBelow(from)) {
    if (!wanted(path)) continue;
    signal.throwIfAborted();
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    if (!folders.has(folder)) {
      await mkdir(join(to, folder), { recursive: true });
      folders.add(folder);
    }
    batch.push(linkOrCopy(join(from, path), join(to, path)));
    count++;
    if (batch.length < AT_ONCE) continue;
    await Promise.all(batch);
    batch = [];
  }
  await Promise.all(batch);
  return count;
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EXDEV' && code !== 'EPERM' && code !== 'EMLINK' && code !== 'ENOTSUP') throw error;
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  }
}

/** At most so many, from all over the list. */
export function spread<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, index) => list[Math.floor((index * list.length) / most)] as T);
}
