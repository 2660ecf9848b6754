/**
 * Fragments the generator's statements are made of: draws, keys and timestamps.
 * Invariant: everything random is a hash of the row's place (kitchen, day, ordinal) and the seed, so that the same
 * settings give the same rows in whatever order, connection or chunk they are written.
 */

/** What every statement depends on; `now` and `today` are SQL literals. */
export type Scene = { seed: number; days: number; now: string; today: string };

/** A statement of the load; `table` is the one its rows are counted for, none for working tables. */
export type Step = { table?: string; sql: string };

/** Uniform draw number `n` in [0, 1) from the row hash `h`. */
export function draw(h: string, n: number): string {
  return `((hashint8extended(${h}, ${n}) & 1048575) / 1048576.0::float8)`;
}

/** Bell-shaped draw with mean 0 and deviation 1; uses the draws `n` to `n + 2`. */
export function bell(h: string, n: number): string {
  return `((${draw(h, n)} + ${draw(h, n + 1)} + ${draw(h, n + 2)} - 1.5) * 2)`;
}

/** Row hash of a place given by integer expressions; `salt` tells kinds of rows apart. */
export function hash(scene: Scene, salt: number, n: string, day = '0', ordinal = '0'): string {
  return `hashint8extended((${n})::bigint * 4194304 + (${day}) * 64 + (${ordinal}), ${scene.seed * 100 + salt})`;
}

/** Key in the shape the application's client makes; parts are SQL expressions. */
export function key(scene: Scene, kind: string, ...parts: string[]): string {
  return `('c' || substr(md5('${scene.seed}.${kind}.' || ${parts.join(` || '.' || `)}), 1, 24))`;
}

/** Element of a text list chosen by a draw. */
export function pick(unit: string, values: readonly string[]): string {
  const list = values.map((value) => `'${value.replaceAll("'", "''")}'`).join(',');
  return `(ARRAY[${list}])[1 + floor(${unit} * ${values.length})::int]`;
}

export function minutes(expression: string): string {
  return `(interval '1 minute' * (${expression}))`;
}

/** Whether a school, by its place in the list of schools, is served on a weekday: the posyandu is on three. */
export function servedOn(school: string, weekday: string): string {
  return `(${school} < 8 OR ${weekday} IN (1, 3, 5))`;
}

/** When a row was last written: at `base`, or for one in thirty some days later; never after now. */
export function touched(scene: Scene, h: string, base: string): string {
  const later = `interval '1 hour' * (20 + 100 * ${draw(h, 91)})`;
  return `least(${scene.now}, ${base} + CASE WHEN ${draw(h, 90)} < 0.033 THEN ${later} ELSE interval '0' END)`;
}

export function insert(table: string, columns: string, select: string): Step {
  const names = columns.split(/[\s,]+/).filter((name) => name !== '');
  return { table, sql: `INSERT INTO ${table} (${names.map((name) => `"${name}"`).join(', ')})\n${select}` };
}
