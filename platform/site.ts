/**
 * The report site on disk: where releases lie, and which of them is served. Workers and the command line write it, the API reads it.
 * Invariants: a release is complete before current.json names it; current.json is replaced by a rename; a release that has a
 * name is never written to again. Pages of units lie packed in it: there are tens of thousands of them, and packed they take an eighth.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import { z } from 'zod';

const instant = z.string();
export const RELEASE_ID = /^\d{8}T\d{6}Z-[0-9a-f]{6}$/;
const releaseId = z.string().regex(RELEASE_ID);

/** release.json, in the folder of a release. */
export const releaseInfo = z.object({
  id: releaseId,
  builtAt: instant,
  /** Up to which commit of the source its figures hold, and when they were rolled up. */
  asOf: z.object({ committedAt: instant.nullable(), rolledUpAt: instant.nullable() }),
  /** The refresh before which nothing is missing in it. */
  seq: z.number().int(),
  kind: z.enum(['full', 'units']),
  pages: z.number().int(),
  /** Null: it has no narrative pages. */
  narrativeBuiltAt: instant.nullable(),
});
export type ReleaseInfo = z.infer<typeof releaseInfo>;

const currentRelease = z.object({
  id: releaseId,
  /** The one before it: tabs that are open ask for its assets. */
  previous: releaseId.nullable(),
  /** Somebody rolled back to it: nothing replaces it but what somebody asks for. */
  held: z.boolean(),
  /** A new one for every switch, also back to the same release. */
  turn: z.string(),
});
export type CurrentRelease = z.infer<typeof currentRelease>;

export type SitePaths = ReturnType<typeof sitePaths>;

export function sitePaths(dataDir: string) {
  const root = join(dataDir, 'site');
  const releases = join(root, 'releases');
  return {
    root,
    releases,
    current: join(root, 'current.json'),
    /** Scratch space of a build; removed after it. */
    work: join(root, 'work'),
    release: (id: string) => join(releases, id),
    building: (id: string) => join(releases, `.building-${id}`),
  };
}

/** What a packed file's name ends with, after its own. */
export const PACKED = '.br';
/** The name a file is asked for by. */
export const unpackedName = (path: string): string => (path.endsWith(PACKED) ? path.slice(0, -PACKED.length) : path);

const QUALITY = 4;
const [compress, decompress] = [promisify(brotliCompress), promisify(brotliDecompress)];
export const pack = (content: string | Buffer): Promise<Buffer> =>
  compress(content, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } });

/** What the bytes of a file say, by its name on disk. */
export const unpack = async (path: string, bytes: Buffer): Promise<Buffer> =>
  path.endsWith(PACKED) ? decompress(bytes) : bytes;
export const readPlain = async (path: string): Promise<Buffer> => unpack(path, await readFile(path));

/** Ids sort by time. */
export const newReleaseId = (now = new Date()): string =>
  `${now.toISOString().replaceAll(/[-:]|\.\d+/g, '')}-${randomBytes(3).toString('hex')}`;

/** Undefined before the first release; also for a file that cannot be read as one. */
export const readCurrent = (paths: SitePaths): CurrentRelease | undefined => parsed(paths.current, currentRelease);

/** What a release says of itself; undefined where there is none of this id. */
export const readRelease = (paths: SitePaths, id: string): ReleaseInfo | undefined =>
  parsed(join(paths.release(id), 'release.json'), releaseInfo);

/** From here on this release is served; the caller tells the API processes (SITE_CHANNEL). */
export function writeCurrent(paths: SitePaths, chosen: Omit<CurrentRelease, 'turn'>): void {
  mkdirSync(paths.root, { recursive: true });
  const turn = randomBytes(8).toString('hex');
  const beside = `${paths.current}.${turn}`;
  writeFileSync(beside, `${JSON.stringify({ ...chosen, turn })}\n`, { flush: true });
  renameSync(beside, paths.current);
}

function parsed<T>(file: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}
