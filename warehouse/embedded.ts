/**
 * The embedded ClickHouse engine (chdb) behind ClickHouse's own HTTP interface on loopback, so that every other process
 * uses the official client and nothing knows which engine answers.
 * Invariants: one process owns one data directory; a session runs one query at a time; settings and parameters of a
 * request never leak into the next one; an acknowledged insert is in the engine's files.
 */
import { randomUUID } from 'node:crypto';
import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Session } from 'chdb';
import { LumbungError, messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/log.ts';

type Options = { dataDir: string; host: string; port: number; sessions?: number; log: Logger };
export type EmbeddedEngine = { url: string; close(): Promise<void> };

/** Sessions to run queries in, and the folder where bodies wait that the engine reads as files. */
type Pool = { acquire(): Promise<Session>; release(session: Session): void; incoming: string };

/** URL parameters that steer the interface itself; every other one is a setting or `param_*`. */
const CONTROL = new Set(['query', 'database', 'default_format', 'query_id', 'session_id', 'wait_end_of_query', 'role']);
/** Settings that only make sense on the HTTP interface of a real server. */
const IGNORED =
  /^(enable_http_compression|http_|send_progress_in_http_headers|cancel_http_readonly|compress|decompress)/;
/**
 * Formats of answers that may be large. Others are answered whole: starting a stream holds up the event loop until the first
 * rows are there, and with it every other request.
 */
const STREAMED = /^(?:TabSeparated|TSV|TabSeparatedRaw|TSVRaw|CSV|CSVWithNames|JSONCompactEachRow)$/i;
/** What a server takes, too (http_max_uri_size, http_max_field_value_size). */
const MAX_ADDRESS_BYTES = 1024 * 1024;
const MAX_PARAMETER_BYTES = 128 * 1024;
const MAX_BODY_BYTES = 512 * 1024 * 1024;

/** Starts the engine; port 0 picks a free one, a taken port falls back to a free one. */
export async function startEmbeddedEngine(options: Options): Promise<EmbeddedEngine> {
  let chdb: typeof import('chdb');
  try {
    chdb = createRequire(import.meta.url)('chdb') as typeof import('chdb');
  } catch (cause) {
    throw new LumbungError(
      'config',
      'The embedded engine (package "chdb") is not installed. Run "npm ci", or set CLICKHOUSE_URL to a server.',
      cause,
    );
  }
  const all = Array.from({ length: options.sessions ?? 6 }, () => new chdb.Session(options.dataDir));
  const idle = [...all];
  const waiting: ((session: Session) => void)[] = [];
  const acquire = () => {
    const session = idle.pop();
    return session ? Promise.resolve(session) : new Promise<Session>((resolve) => waiting.push(resolve));
  };
  const release = (session: Session) => {
    const next = waiting.shift();
    if (next) next(session);
    else idle.push(session);
  };

  const incoming = join(options.dataDir, 'incoming');
  rmSync(incoming, { recursive: true, force: true });
  mkdirSync(incoming, { recursive: true });
  const pool: Pool = { acquire, release, incoming };

  const server = createServer({ maxHeaderSize: MAX_ADDRESS_BYTES }, (request, response) => {
    handle(request, response, pool).catch((error: unknown) => {
      options.log.debug({ error: messageOf(error) }, 'query failed');
      if (response.headersSent) response.destroy();
      else fail(response, error);
    });
  });
  server.keepAliveTimeout = 60_000;
  server.requestTimeout = 0;
  const port = await listen(server, options.host, options.port);
  return {
    url: `http://${options.host}:${port}`,
    async close() {
      server.closeIdleConnections();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const timer = setTimeout(() => server.closeAllConnections(), 5_000);
      await closed;
      clearTimeout(timer);
      for (const session of all) session.close();
      await chdb.drainPending();
    },
  };
}

async function listen(server: ReturnType<typeof createServer>, host: string, port: number): Promise<number> {
  const attempt = (candidate: number) =>
    new Promise<number>((resolve, reject) => {
      server.once('error', reject);
      server.listen(candidate, host, () => {
        server.off('error', reject);
        resolve((server.address() as AddressInfo).port);
      });
    });
  try {
    return await attempt(port);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || port === 0) throw error;
    return attempt(0);
  }
}

async function handle(request: IncomingMessage, response: ServerResponse, pool: Pool): Promise<void> {
  const { acquire, release } = pool;
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname === '/ping') return void response.writeHead(200, { 'content-type': 'text/plain' }).end('Ok.\n');
  if (url.pathname !== '/') return void response.writeHead(404).end('There is no such path; use /.\n');
  const urlQuery = url.searchParams.get('query') ?? '';
  if (INPUT.test(urlQuery)) return insertInput(request, response, urlQuery, url, pool);
  const body = await readBody(request);
  const session = await acquire();
  try {
    await applySettings(session, url);
    const headers = { 'x-clickhouse-query-id': url.searchParams.get('query_id') ?? '' };
    if (/^\s*INSERT\b/i.test(urlQuery) && body.length > 0) await insertBody(session, urlQuery, body, response, headers);
    else await answer(session, `${urlQuery}${body.toString('utf8')}`, url, response, headers);
  } finally {
    release(session);
  }
}

/** `… FROM input('structure') FORMAT f` with the data as the body. */
const INPUT = /\bFROM\s+input\(\s*('(?:[^'\\]|\\.)*')\s*\)\s*FORMAT\s+(\w+)\s*$/i;

/** The engine in process has no input(): the body becomes a file, which it reads like any other. */
async function insertInput(
  request: IncomingMessage,
  response: ServerResponse,
  sql: string,
  url: URL,
  { acquire, release, incoming }: Pool,
): Promise<void> {
  const file = join(incoming, randomUUID());
  try {
    await pipeline(request, createWriteStream(file));
    const session = await acquire();
    try {
      await applySettings(session, url);
      await session.queryAsync(
        sql.replace(INPUT, (_, structure, format) => `FROM file('${file}', '${format}', ${structure})`),
      );
    } finally {
      release(session);
    }
    response.writeHead(200, { 'x-clickhouse-query-id': url.searchParams.get('query_id') ?? '' }).end();
  } finally {
    await rm(file, { force: true });
  }
}

/** What a session was last told; settings stay until a request wants another value, parameters are of one request. */
const applied = new WeakMap<Session, Map<string, string>>();

/** Makes the session's settings exactly those of the request, with as few statements as that takes. */
async function applySettings(session: Session, url: URL): Promise<void> {
  const before = applied.get(session) ?? new Map<string, string>();
  const wanted = new Map<string, string>();
  const statements: string[] = [];
  for (const [name, value] of url.searchParams) {
    if (CONTROL.has(name) || IGNORED.test(name)) continue;
    if (encodeURIComponent(value).length > MAX_PARAMETER_BYTES)
      throw new LumbungError('bad_input', `${name} is longer than ${MAX_PARAMETER_BYTES} bytes`);
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new LumbungError('bad_input', `not a setting name: ${name}`);
    if (!name.startsWith('param_')) wanted.set(name, value);
    if (name.startsWith('param_') || before.get(name) !== value) statements.push(`${name} = ${quote(value)}`);
  }
  for (const name of before.keys()) if (!wanted.has(name)) statements.push(`${name} = DEFAULT`);
  if (statements.length === 0) return;
  try {
    await session.queryAsync(`SET ${statements.join(', ')}`);
  } catch (error) {
    // A refused statement may have been applied in part: back to the defaults, which a name that is none ignores.
    applied.delete(session);
    for (const name of new Set([...before.keys(), ...wanted.keys()])) {
      await session.queryAsync(`SET ${name} = DEFAULT`).catch(() => undefined);
    }
    throw error;
  }
  applied.set(session, wanted);
}

/** `INSERT INTO t (cols) FORMAT f` with the data as the body: bytes go to the engine's parser untouched. */
async function insertBody(
  session: Session,
  sql: string,
  body: Buffer,
  response: ServerResponse,
  headers: Record<string, string>,
): Promise<void> {
  const plain = /^\s*INSERT\s+INTO\s+(?:TABLE\s+)?([\w."`]+)\s*(?:\(([^)]*)\))?\s*FORMAT\s+(\w+)\s*;?\s*$/i.exec(sql);
  const format = plain?.[3];
  let written = 0;
  if (plain?.[1] !== undefined && format !== undefined && /^(JSONEachRow|TabSeparated|TSV)$/i.test(format)) {
    const columns = plain[2]?.split(',').map((column) => column.trim().replace(/^["`](.*)["`]$/, '$1'));
    const summary = await session.insert({
      table: plain[1],
      values: body,
      format: format as 'JSONEachRow',
      ...(columns ? { columns } : {}),
    });
    written = summary.rowsWritten;
  } else {
    await session.queryAsync(`${sql}\n${body.toString('utf8')}`);
  }
  headers['x-clickhouse-summary'] = JSON.stringify({ written_rows: String(written) });
  response.writeHead(200, headers).end();
}

async function answer(
  session: Session,
  sql: string,
  url: URL,
  response: ServerResponse,
  headers: Record<string, string>,
): Promise<void> {
  const format =
    /\bFORMAT\s+(\w+)\s*;?\s*$/i.exec(sql)?.[1] ?? url.searchParams.get('default_format') ?? 'TabSeparated';
  if (/^\s*(?:SELECT|WITH)\b/i.test(sql) && STREAMED.test(format)) {
    const stream = session.queryStream(sql, { format });
    response.on('close', () => stream.cancel());
    let started = false;
    for await (const chunk of stream) {
      if (!started) response.writeHead(200, headers);
      started = true;
      if (response.destroyed) return;
      if (!response.write(chunk.raw())) {
        await new Promise<void>((resolve) => {
          response.once('drain', resolve);
          response.once('close', resolve);
        });
      }
    }
    if (!started) response.writeHead(200, headers);
    response.end();
    return;
  }
  const result = await session.queryAsync(sql, { format });
  headers['x-clickhouse-summary'] = JSON.stringify({
    read_rows: String(result.rowsRead),
    read_bytes: String(result.bytesRead),
    elapsed_ns: String(Math.round(result.elapsed * 1e9)),
  });
  response.writeHead(200, headers).end(result.bytes());
}

function fail(response: ServerResponse, error: unknown): void {
  const code = (error as { clickhouseCode?: number }).clickhouseCode;
  const message = messageOf(error);
  // The statuses a real server uses: 404 for an unknown table, 400 for a query that cannot be parsed, else 500.
  const status = code === 60 || code === 81 ? 404 : code === 62 || error instanceof LumbungError ? 400 : 500;
  response
    .writeHead(status, {
      'content-type': 'text/plain',
      ...(code ? { 'x-clickhouse-exception-code': String(code) } : {}),
    })
    .end(
      message.startsWith('Code:') ? message : `Code: ${code ?? 1002}. DB::Exception: ${message} (UNKNOWN_EXCEPTION)`,
    );
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES)
      throw new LumbungError('bad_input', `a request body is limited to ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function quote(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
