/** What the docs name exists: tests in the conformance table, variables of the configuration, routes. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { environment } from '../../platform/config.ts';

const read = (file: string) => readFileSync(file, 'utf8');
const folders = ['tests/path', 'tests/fault'];
const tests = folders.flatMap((folder) =>
  readdirSync(folder).map((file) => ({ file, text: read(`${folder}/${file}`) })),
);

it('every case of the conformance table has its test', () => {
  const named = [...read('docs/conformance.md').matchAll(/\| `([^`]+)` +\|$/gm)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(50);
  const absent = named.filter((name) =>
    name.endsWith('.test.ts')
      ? !tests.some(({ file }) => file === name)
      : !tests.some(({ text }) => text.includes(name)),
  );
  expect(absent).toEqual([]);
});

it('every variable is documented', () => {
  const text = read('docs/configure.md');
  const internal = ['LUMBUNG_FAILPOINT'];
  const absent = Object.keys(environment.shape).filter(
    (name) => !internal.includes(name) && !text.includes(`\`${name}\``),
  );
  expect(absent).toEqual([]);
});
