/**
 * How a session prints values. Invariant: every connection whose values reach the warehouse prints alike, whatever the
 * settings of the database or the role are.
 */
export const PRINTING = [
  'datestyle=ISO',
  'timezone=UTC',
  'intervalstyle=iso_8601',
  'extra_float_digits=3',
  'bytea_output=hex',
]
  .map((setting) => `-c ${setting}`)
  .join(' ');
