/** A generated programme served on a stack of its own, and SQL in Postgres over it: what tests of many kitchens begin with. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { generateDemo } from '../../demo/generate.ts';
import { type Stack, startPath, startStack } from './stack.ts';

/** The national day so many days ago. 1: the last day that is over everywhere but in the far west. */
export const day = (ago: number) => new Date(Date.now() + 7 * 3_600_000 - ago * 86_400_000).toISOString().slice(0, 10);

export const LOCAL = (column: string) =>
  `((${column} + (CASE p.timezone WHEN 'WIB' THEN 7 WHEN 'WITA' THEN 8 ELSE 9 END) * interval '1 hour')::date)`;
/** Kitchens with their province, demo kitchens left out. */
export const KITCHENS = `sppg s JOIN provinces_indonesia p ON p.id = s."provinceId" AND NOT s."isDemoAccount"`;

/** Kitchens `s` of provinces `p` and the days `d` on which they were to serve. */
export async function dueFrom({ warehouse }: Pick<Stack, 'warehouse'>, from: string, to: string): Promise<string> {
  const off = await warehouse.query<{ day: string }>(
    'SELECT toString(day) AS day FROM mart.holidays FINAL WHERE listed',
  );
  return `FROM ${KITCHENS} CROSS JOIN generate_series('${from}'::date, '${to}'::date, '1 day') d
    WHERE s.status = 'ACTIVE' AND d::date NOT IN (${off.map((row) => `'${row.day}'`).join(', ')})
      AND d::date >= ${LOCAL('s."operationStartDate"')} AND EXISTS (
        SELECT FROM nutrition_programs n WHERE n."sppgId" = s.id AND n.status = 'ACTIVE' AND extract(isodow FROM d)::int = ANY (n."feedingDays")
          AND d::date >= ${LOCAL('n."startDate"')} AND (n."endDate" IS NULL OR d::date <= ${LOCAL('n."endDate"')}))`;
}

export type Programme = {
  stack: Stack;
  // biome-ignore lint/suspicious/noExplicitAny: answers are checked by what they hold
  ask(path: string): Promise<any>;
  sql<Row>(text: string): Promise<Row[]>;
  post(path: string, body: object): Promise<void>;
};

/** Sixty kitchens over 75 days, nine days ago and in two days holidays; `targets` are lines of the targets' file. */
export async function startProgramme(targets: readonly string[] = []): Promise<Programme> {
  const stack = await startStack(async (source) => {
    await source.query("SET timezone = 'UTC'");
  });
  await generateDemo(stack.databaseUrl, { units: 60, days: 75, seed: 3 });
  // A suspended kitchen whose programme goes on: only its own status says that it is not waited for.
  await stack.source.query(
    `UPDATE nutrition_programs SET status = 'ACTIVE' WHERE "sppgId" IN (SELECT id FROM sppg WHERE status = 'SUSPENDED')`,
  );
  stack.env.HOLIDAYS_FILE = join(stack.dataDir, 'holidays.csv');
  writeFileSync(stack.env.HOLIDAYS_FILE, `day,name\n${day(9)},Libur daerah\n${day(-2)},Cuti bersama\n`);
  if (targets.length > 0) {
    stack.env.TARGETS_FILE = join(stack.dataDir, 'targets.csv');
    writeFileSync(stack.env.TARGETS_FILE, `kpi,scope,since,low,high\n${targets.join('\n')}\n`);
  }
  await startPath(stack);
  await stack.settled();
  const token = await stack.token('PLATFORM_ANALYST', ['national']);
  return {
    stack,
    async ask(path) {
      const { status, body } = await stack.get(`/api/v1/${path}`, token);
      expect(status, `${path}: ${JSON.stringify(body).slice(0, 300)}`).toBe(200);
      return body;
    },
    sql: async <Row>(text: string) => (await stack.source.query(text)).rows as Row[],
    async post(path, body) {
      const answer = await fetch(`${stack.api}/api/v1/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect(answer.status, path).toBe(201);
    },
  };
}
