/** A real SFTP server (ssh2) that keeps files in memory, and can refuse, be full, slow, or stop answering. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import ssh2 from 'ssh2';

const { STATUS_CODE, OPEN_MODE } = ssh2.utils.sftp;
export type SftpMode = 'well' | 'refusing' | 'full' | 'silent' | 'slow';
const SLOW_MS = 400;

export async function startSftpServer(password: string) {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const parsed = ssh2.utils.parseKey(privateKey);
  if (parsed instanceof Error) throw parsed;
  const hostKey = createHash('sha256').update(parsed.getPublicSSH()).digest('base64').replace(/=+$/, '');
  const files = new Map<string, Buffer>();
  const folders = new Set<string>(['/', '.']);
  /** How often a file came to stand under its final name. */
  const arrivals = new Map<string, number>();
  const state = { mode: 'well' as SftpMode };
  const clean = (path: string) => path.replace(/^\.\//, '').replace(/^\/+/, '') || '.';

  const server = new ssh2.Server({ hostKeys: [privateKey] }, (client) => {
    // Not in its types: see reports/delivery/sftp.ts.
    (client as unknown as { setNoDelay(on: boolean): void }).setNoDelay(true);
    client.on('error', () => undefined);
    client.on('authentication', (context) => {
      const right = context.method === 'password' && context.password === password && state.mode !== 'refusing';
      if (right) context.accept();
      else context.reject(['password']);
    });
    client.on('session', (accept) => {
      accept().on('sftp', (open) => {
        const sftp = open();
        const handles = new Map<number, { path: string; write: boolean }>();
        let next = 0;
        const attributes = (path: string) => {
          const found = files.get(path);
          const directory = folders.has(path);
          if (found === undefined && !directory) return undefined;
          const mode = directory ? 0o40755 : 0o100644;
          return { mode, size: found?.length ?? 0, uid: 0, gid: 0, atime: 0, mtime: 0 };
        };
        const stat = (id: number, path: string) => {
          const found = attributes(clean(path));
          if (found) sftp.attrs(id, found);
          else sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
        };
        sftp.on('REALPATH', (id, path) => {
          sftp.name(id, [
            { filename: path, longname: path, attrs: { mode: 0o40755, size: 0, uid: 0, gid: 0, atime: 0, mtime: 0 } },
          ]);
        });
        sftp.on('STAT', stat);
        sftp.on('LSTAT', stat);
        sftp.on('MKDIR', (id, path) => {
          folders.add(clean(path));
          sftp.status(id, STATUS_CODE.OK);
        });
        sftp.on('OPEN', (id, path, flags) => {
          const handle = Buffer.alloc(4);
          handle.writeUInt32BE(next, 0);
          const write = (flags & OPEN_MODE.WRITE) !== 0;
          if (!write && !files.has(clean(path))) return void sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
          if (write) files.set(clean(path), Buffer.alloc(0));
          handles.set(next++, { path: clean(path), write });
          sftp.handle(id, handle);
        });
        sftp.on('WRITE', (id, handle, offset, data) => {
          if (state.mode === 'silent') return;
          if (state.mode === 'full') return void sftp.status(id, STATUS_CODE.FAILURE, 'no space left on device');
          const { path } = handles.get(handle.readUInt32BE(0)) ?? { path: '' };
          const old = files.get(path) ?? Buffer.alloc(0);
          const grown = Buffer.alloc(Math.max(old.length, offset + data.length));
          old.copy(grown);
          data.copy(grown, offset);
          files.set(path, grown);
          const taken = () => sftp.status(id, STATUS_CODE.OK);
          if (state.mode === 'slow') setTimeout(taken, SLOW_MS);
          else taken();
        });
        sftp.on('READ', (id, handle, offset, length) => {
          const content = files.get(handles.get(handle.readUInt32BE(0))?.path ?? '') ?? Buffer.alloc(0);
          if (offset >= content.length) return void sftp.status(id, STATUS_CODE.EOF);
          sftp.data(id, content.subarray(offset, offset + length));
        });
        sftp.on('FSTAT', (id, handle) => stat(id, handles.get(handle.readUInt32BE(0))?.path ?? ''));
        sftp.on('FSETSTAT', (id) => void sftp.status(id, STATUS_CODE.OK));
        sftp.on('CLOSE', (id, handle) => {
          handles.delete(handle.readUInt32BE(0));
          sftp.status(id, STATUS_CODE.OK);
        });
        sftp.on('REMOVE', (id, path) => {
          sftp.status(id, files.delete(clean(path)) ? STATUS_CODE.OK : STATUS_CODE.NO_SUCH_FILE);
        });
        sftp.on('RENAME', (id, from, to) => {
          const content = files.get(clean(from));
          if (content === undefined || files.has(clean(to))) return void sftp.status(id, STATUS_CODE.FAILURE);
          files.delete(clean(from));
          files.set(clean(to), content);
          arrivals.set(clean(to), (arrivals.get(clean(to)) ?? 0) + 1);
          sftp.status(id, STATUS_CODE.OK);
        });
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    hostKey,
    files,
    arrivals,
    state,
    close: () => new Promise<void>((done) => server.close(() => done())),
  };
}
