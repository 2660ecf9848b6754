/** Files of a release. Invariant: a file is replaced as a whole (written beside, then renamed): what other releases share by link stays. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export type Files = {
  write(path: string, content: string | Buffer): Promise<void>;
  /** Empty where there is none. */
  read(path: string): Promise<string>;
  /** Names in a folder; none where there is no folder. */
  list(path: string): Promise<string[]>;
  remove(path: string): Promise<void>;
};

/** What stands for a file or folder that is not there; any other trouble is trouble. */
const absent =
  <T>(value: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code !== 'ENOENT') throw error;
    return value;
  };

export function filesIn(folder: string): Files {
  // One name a process for what is being written: two runs never share a file beside.
  const suffix = `.${process.pid}-${randomBytes(4).toString('hex')}.part`;
  return {
    async write(path, content) {
      const file = join(folder, path);
      const beside = `${file}${suffix}`;
      try {
        await writeFile(beside, content);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        await mkdir(dirname(file), { recursive: true });
        await writeFile(beside, content);
      }
      await rename(beside, file);
    },
    read: (path) => readFile(join(folder, path), 'utf8').catch(absent('')),
    list: (path) => readdir(join(folder, path)).catch(absent<string[]>([])),
    remove: (path) => rm(join(folder, path), { recursive: true, force: true }),
  };
}
