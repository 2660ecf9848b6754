/** Log sequence numbers and row versions. A version is (commit LSN, ordinal in its transaction) in one UInt128. */

/** '16/B374D848' → bigint. */
export function parseLsn(text: string): bigint {
  const match = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) throw new RangeError(`not an LSN: ${text}`);
  return (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`);
}

/** bigint → '16/B374D848'. */
export function formatLsn(lsn: bigint): string {
  return `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffffffffn).toString(16).toUpperCase()}`;
}

/** The version of the nth change of the transaction that commits at `lsn`; a copied row has ordinal 0. */
export function versionOf(lsn: bigint, ordinal: number): bigint {
  return (lsn << 64n) | BigInt(ordinal);
}
