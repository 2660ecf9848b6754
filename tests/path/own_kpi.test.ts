/** The docs' example of a KPI, taken from docs/extend.md, in a copy of the sources: its cells, its answer, its words. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { insert, NOW, seedProgramme } from '../support/rows.ts';
import { startPath, startStack } from '../support/stack.ts';

function copyOfSources(): string {
  const root = mkdtempSync(join(tmpdir(), 'lumbung-copy-'));
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' });
  for (const file of files.trim().split('\n')) cpSync(file, join(root, file));
  symlinkSync(join(process.cwd(), 'node_modules'), join(root, 'node_modules'));
  return root;
}

test('a KPI is one file: the example of the docs is computed, answered and explained', async () => {
  const [, code = ''] = /```ts\n(\/\/ [\s\S]*?)```/.exec(readFileSync('docs/extend.md', 'utf8')) ?? [];
  const [, file = ''] = /^\/\/ (\S+)\n/.exec(code) ?? [];
  expect(dirname(file)).toBe('warehouse/kpis/own');
  const root = copyOfSources();
  try {
    writeFileSync(join(root, file), code);
    await using stack = await startStack(
      async (source) => {
        await seedProgramme(source);
        for (const [id, portions, status] of [
          ['d1', 120, 'DELIVERED'],
          ['d2', 80, 'CONFIRMED'],
          ['d3', 900, 'ISSUE'],
        ] as const) {
          await insert(source, 'school_distributions', {
            id,
            programId: 'p-k321',
            schoolId: 's1-k321',
            menuId: 'm1-k321',
            distributionDate: '2026-03-02T03:00:00Z',
            targetQuantity: 300,
            actualQuantity: portions,
            schoolName: 'x',
            targetStudents: 300,
            menuName: 'y',
            portionSize: 1,
            deliveryStatus: status,
            updatedAt: NOW,
          });
        }
      },
      { root },
    );
    await startPath(stack);
    await stack.settled();
    const token = await stack.token('PLATFORM_ANALYST', ['national']);
    const { body: summary } = await stack.get('/api/v1/summary?scope=sppg:k321&date=2026-03-02', token);
    const kpis = summary.kpis as unknown as { id: string; value: number }[];
    expect(kpis.find((kpi) => kpi.id === 'portions_per_handover')).toMatchObject({ num: 200, den: 2, value: 100 });
    const { body: dictionary } = await stack.get('/api/v1/dictionary', token);
    const entries = dictionary.entries as unknown as { id: string; lineage: unknown[] }[];
    expect(entries.find((entry) => entry.id === 'portions_per_handover')?.lineage).toContainEqual({
      table: 'school_distributions',
      columns: ['id', 'programId', 'schoolId', 'distributionDate', 'actualQuantity', 'deliveryStatus'],
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
