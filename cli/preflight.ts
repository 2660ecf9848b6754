/** The preflight's findings for a human: alike ones together, each with the SQL that mends it. */
import type { Finding } from '../etl/preflight.ts';
import { paragraph } from './text.ts';

export function formatFindings(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'Nothing to mend: the source can be replicated.';
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const name = `${finding.level} ${finding.code} ${finding.why}`;
    groups.set(name, [...(groups.get(name) ?? []), finding]);
  }
  const blocks = [...groups.values()].map((group) => {
    const heads = group.map(({ level, what }) => paragraph(`${level.toUpperCase()} ${what}`, ''));
    // One remedy may mend several findings.
    const remedies = new Set(group.map(({ sql }) => sql.map((statement) => `  ${statement};`).join('\n')));
    const restart = group.some((finding) => finding.restart) ? ['  -- then restart Postgres'] : [];
    return [...heads, paragraph(group[0]?.why ?? '', '  '), ...remedies, ...restart].filter(Boolean).join('\n');
  });
  const errors = findings.filter(({ level }) => level === 'error').length;
  const end = `${errors} errors, ${findings.length - errors} warnings. Statements are for a superuser or the owner.`;
  return [...blocks, end].join('\n\n');
}
