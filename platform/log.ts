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
    // By name, and once more by what it looks like wherever it stands in a line: in an error of a library, say.
    hooks: { streamWrite: redacted },
    redact: ['token', 'authorization', 'password', 'headers.authorization', 'headers.cookie', '*.token', '*.password'],
    ...(pretty ? { transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname' } } } : {}),
  });
}

/** A line without tokens, cookies and passwords. */
export function redacted(line: string): string {
  return line
    .replaceAll(/eyJ[\w-]{5,}\.[\w-]+\.[\w-]+/g, '[token]')
    .replaceAll(/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 [token]')
    .replaceAll(/(lumbung_session=)[^;"\s]+/g, '$1[token]')
    .replaceAll(/([a-z]+:\/\/[^:@/\s"]*:)[^@/\s"]+@/gi, '$1[password]@')
    .replaceAll(/((?:password|secret|api[_-]?key)\\?"?\s*[=:]\s*\\?"?)[^\s"\\,}]+/gi, '$1[secret]');
}
