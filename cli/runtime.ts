/** Addresses of the running system (DATA_DIR/run.json), so that other commands find the embedded engines. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../platform/config.ts';

const runtime = z.object({
  pid: z.number(),
  api: z.string(),
  clickhouse: z.string(),
  postgres: z.string(),
  redis: z.string(),
  demo: z.boolean(),
});
export type Runtime = z.infer<typeof runtime>;

const fileOf = (config: Config) => join(config.dataDir, 'run.json');

export function writeRuntime(config: Config, value: Runtime): void {
  mkdirSync(config.dataDir, { recursive: true });
  writeFileSync(fileOf(config), `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
}

export function removeRuntime(config: Config): void {
  rmSync(fileOf(config), { force: true });
}

/** The running system, or undefined when none runs from this DATA_DIR. */
export function readRuntime(config: Config): Runtime | undefined {
  const file = fileOf(config);
  if (!existsSync(file)) return undefined;
  const parsed = runtime.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) return undefined;
  try {
    process.kill(parsed.data.pid, 0);
  } catch {
    return undefined;
  }
  return parsed.data;
}

/** The configuration with the addresses of the running system filled in where the environment gives none. */
export function withRuntime(config: Config): Config {
  const running = readRuntime(config);
  if (!running) return config;
  return {
    ...config,
    DATABASE_URL: config.DATABASE_URL ?? running.postgres,
    CLICKHOUSE_URL: config.CLICKHOUSE_URL ?? running.clickhouse,
    REDIS_URL: config.REDIS_URL ?? running.redis,
  };
}
