/**
 * What every stack begins with, made once per run (vitest's globalSetup): an empty warehouse with its migrations applied, and a
 * Postgres with the empty operational tables. A stack begins with copies of the two (stack.ts): a tenth of the work.
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres } from '../../cli/engines/postgres.ts';
import { applyDemoSchema } from '../../demo/schema.ts';
import { connectWarehouse } from '../../warehouse/client.ts';
import { migrate } from '../../warehouse/migrate.ts';
import { folderOfData } from './stack.ts';

export default async function setup() {
  // Of another project of this run.
  if (process.env.LUMBUNG_TEST_TEMPLATE !== undefined) return undefined;
  const folder = mkdtempSync(join(folderOfData(), 'lumbung-template-'));
  await Promise.all([makePostgres(folder), makeWarehouse(folder)]);
  process.env.LUMBUNG_TEST_TEMPLATE = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

async function makePostgres(folder: string): Promise<void> {
  const postgres = await startPostgres(folder, ['fsync=off']);
  await applyDemoSchema(postgres.url);
  await postgres.stop();
}

async function makeWarehouse(folder: string): Promise<void> {
  const engine = fork(process.env.LUMBUNG_TEST_ENTRY as string, ['start', 'warehouse'], {
    env: { ...process.env, DATA_DIR: folder, CLICKHOUSE_PORT: '0', LOG_LEVEL: 'error' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = new Promise<void>((resolve) => engine.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    engine.on('message', (message: { url?: string }) => message.url !== undefined && resolve(message.url));
    engine.once('exit', () => reject(new Error('the engine of the template ended')));
  });
  const warehouse = connectWarehouse(url);
  await migrate(warehouse);
  await warehouse.close();
  engine.kill('SIGTERM');
  await exited;
}
