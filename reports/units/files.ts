/** Files of a release. Invariant: a file is replaced as a whole (written beside, then renamed): what other releases share by link stays. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PACKED, pack, readPlain } from '../../platform/site.ts';

export type Files = {
  write(path: string, content: string | Buffer): Promise<void>;
  /** Empty where there is none. */
  read(path: string): Promise<string>;
  /** Names in a folder; none where there is no folder. */
  list(path: string): Promise<string[]>;
  remove(path: string): Promise<void>;
};

const OF_UNIT = /^(en\/)?unit\//;

/** What stands for a file or folder that is not there; any other trouble is trouble. */
const absent =
  <T>(value: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code !== 'ENOENT') throw error;
    return value;
  };

/** Files of units are packed where the API serves them; elsewhere whoever serves them takes them as they are. */
export function filesIn(folder: string, { packed = false } = {}): Files {
  // One name a process for what is being written: two runs never share a file beside.
  const suffix = `.${process.pid}-${randomBytes(4).toString('hex')}.part`;
  return {
    async write(path, content) {
      const isPacked = packed && OF_UNIT.test(path);
      const file = join(folder, isPacked ? `${path}${PACKED}` : path);
      const bytes = isPacked ? await pack(content) : content;
      const beside = `${file}${suffix}`;
      try {
        await writeFile(beside, bytes);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        await mkdir(dirname(file), { recursive: true });
        await writeFile(beside, bytes);
      }
      await rename(beside, file);
    },
    read: (path) =>
      readPlain(join(folder, packed && OF_UNIT.test(path) ? `${path}${PACKED}` : path))
        .then(String)
        .catch(absent('')),
    list: (path) => readdir(join(folder, path)).catch(absent<string[]>([])),
    remove: (path) => rm(join(folder, path), { recursive: true, force: true }),
  };
}
