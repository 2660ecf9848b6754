/** `lumbung verify-audit`: is the trail what was put down, to the last entry? */
import type { Command } from 'commander';
import type { Anchor } from '../platform/audit.ts';
import { LumbungError } from '../platform/errors.ts';
import { type AuditVerdict, verifyAudit } from '../warehouse/audit.ts';
import { withWarehouse } from './connections.ts';

const HEAD = /^([0-9a-f-]{36}):(\d{1,15}):([0-9a-f]{64})$/;

export function addAuditVerb(program: Command, print: (text: string) => void): void {
  program
    .command('verify-audit')
    .description('follow the audit trail by its hashes, up to the anchor in DATA_DIR; exit code 1 when it is not whole')
    .option(
      '--head <chain:seq:hash...>',
      'heads kept elsewhere (a log, another machine): the trail must contain them',
      [],
    )
    .option('--json', 'for programs')
    .action(async ({ head, json }: { head: string[]; json?: boolean }) => {
      const heads = head.map(parseHead);
      await withWarehouse(async (warehouse, _config, _record, audit) => {
        // What waits in DATA_DIR is not missing.
        await audit.ship();
        const own = async () => [await audit.anchor()].filter((anchor) => anchor !== undefined);
        const verdict = await verifyAudit(warehouse, [...(await own()), ...heads], own);
        print(json ? JSON.stringify({ ok: verdict.faults.length === 0, ...verdict }, null, 2) : format(verdict));
        if (verdict.faults.length > 0) process.exitCode = 1;
      });
    });
}

function parseHead(text: string): Anchor {
  const [, chain = '', seq = '', hash = ''] = HEAD.exec(text) ?? [];
  if (chain === '')
    throw new LumbungError('bad_input', `--head ${text} is not chain:seq:hash, as the log and this verb print it`);
  return { chain, seq: Number(seq), hash };
}

function format({ entries, chains, faults }: AuditVerdict): string {
  const ends = chains.map(({ chain, seq, hash }) => `  ends at ${chain}:${seq}:${hash}`);
  const found = faults.map(({ chain, seq, fault, entry }) => {
    const what = entry ? ` (${entry.at}, ${entry.action} by ${entry.actor || 'nobody known'})` : '';
    return `  ${chain}, entry ${seq}${what}: ${fault}`;
  });
  if (entries === 0 && faults.length === 0) return 'The audit trail is empty.';
  const verdict =
    faults.length === 0
      ? `${entries} entries: whole and unaltered, up to the anchor.`
      : `${entries} entries, and the trail is NOT whole:`;
  return [verdict, ...found, ...ends].join('\n');
}
