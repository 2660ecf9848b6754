/**
 * Error kinds and what to do about each: classified once, where a client meets the outside, never by message text later.
 */
export type ErrorKind =
  | 'config'
  | 'unreachable'
  | 'transient'
  | 'poison'
  | 'schema'
  | 'slot_lost'
  | 'source_mismatch'
  | 'bad_input'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'not_acceptable'
  | 'gone'
  | 'overloaded'
  | 'internal';

type Policy = { retry: boolean; remedy: string };

/** Kind → whether a retry can help, and what an operator does. Listed in docs/operate.md. */
export const policies: Readonly<Record<ErrorKind, Policy>> = {
  config: { retry: false, remedy: 'Correct the configuration and start again.' },
  unreachable: { retry: true, remedy: 'Check that the server runs and that its address is right.' },
  transient: { retry: true, remedy: 'Nothing: it is retried with backoff.' },
  poison: { retry: false, remedy: 'See "lumbung status"; mend the cause, then "lumbung retry".' },
  schema: { retry: false, remedy: 'The table is quarantined; mend it, then "lumbung snapshot <table>".' },
  slot_lost: { retry: false, remedy: 'The slot is gone: "lumbung snapshot --all" copies the source again.' },
  source_mismatch: { retry: false, remedy: 'This warehouse belongs to another source database; use another one.' },
  bad_input: { retry: false, remedy: 'Correct the request.' },
  unauthenticated: { retry: false, remedy: 'Sign in again.' },
  forbidden: { retry: false, remedy: 'Ask for a token whose scope covers this.' },
  not_found: { retry: false, remedy: 'Check the identifier.' },
  not_acceptable: { retry: false, remedy: 'Ask for a format that there is.' },
  gone: { retry: false, remedy: 'Ask for it again.' },
  overloaded: { retry: true, remedy: 'Wait and ask again.' },
  internal: { retry: true, remedy: 'See the log of this role.' },
};

/** An error with a kind. `cause` keeps the original for the log; only `message` may reach a user. */
export class LumbungError extends Error {
  readonly kind: ErrorKind;
  constructor(kind: ErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'LumbungError';
    this.kind = kind;
  }
}

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EPIPE',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** True when the error comes from the network or a server going away, so trying again may help. */
export function isUnreachable(error: unknown): boolean {
  if (error instanceof LumbungError) return error.kind === 'unreachable';
  if (error instanceof AggregateError) return error.errors.some(isUnreachable);
  const code = (error as { code?: unknown } | null)?.code;
  // 57P0x: Postgres is shutting down, crashed or starting.
  if (typeof code === 'string' && (NETWORK_CODES.has(code) || code.startsWith('57P0') || code.startsWith('08')))
    return true;
  const cause = (error as { cause?: unknown } | null)?.cause;
  return cause !== undefined && cause !== error && isUnreachable(cause);
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
