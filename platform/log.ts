/** Logging: one pino logger per role; secrets are redacted here so no caller has to remember. */
import { type Logger, pino } from 'pino';
import type { Config } from './config.ts';

export type { Logger };

/** A logger named after the role. Pretty on a terminal unless LOG_PRETTY says otherwise. */
export function createLogger(config: Pick<Config, 'LOG_LEVEL' | 'LOG_PRETTY'>, role: string): Logger {
  const pretty = config.LOG_PRETTY === undefined ? process.stdout.isTTY === true : config.LOG_PRETTY === 'on';
  return pino({
    name: role,
    level: config.LOG_LEVEL,
    redact: ['token', 'authorization', 'password', 'headers.authorization', 'headers.cookie', '*.token', '*.password'],
    ...(pretty ? { transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname' } } } : {}),
  });
}
