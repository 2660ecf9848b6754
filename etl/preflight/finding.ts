/** A finding of the preflight: what is not as replication needs it, why that matters, and the SQL that mends it. */
import pg from 'pg';

export type Finding = {
  /** error: not everything would be replicated; warning: it works, at a risk. */
  level: 'error' | 'warning';
  /** Stable name of the kind of finding, for programs. */
  code: string;
  /** Set when only this table is affected: it is set aside, the others are replicated. */
  table?: string;
  what: string;
  why: string;
  /** Statements to run one by one as superuser or owner; empty when no statement can mend it (`why` says what can). */
  sql: string[];
  /** The change takes effect when Postgres is restarted. */
  restart?: true;
};

export const identifier = (name: string): string => pg.escapeIdentifier(name);
export const tableName = (table: string): string => `public.${identifier(table)}`;
