// Runs every query of every page in the engine Evidence runs them in, over the extracts of this workspace.
// Prints JSON: [{ file, line, query, message }] of those that fail. Started by reports/narrative/check.ts with a workspace as its folder.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { initDB, query, setParquetURLs, updateSearchPath } from '@evidence-dev/universal-sql/client-duckdb';

const require = createRequire(import.meta.url);
const { extractQueries, parseFrontmatter } = require('@evidence-dev/preprocess');

const pages = readdirSync('pages', { recursive: true })
  .filter((file) => file.endsWith('.md'))
  .map((file) => join('pages', file))
  .sort();
const faults = new Map();
const fault = (file, line, name, message) =>
  faults.set(`${file}:${line} ${name} ${message}`, { file, line, query: name, message });

/** The line of a text, from 1; that of the first where it cannot be found. */
const lineOf = (content, text) => {
  const at = content.indexOf(text);
  return at < 0 ? 1 : content.slice(0, at).split('\n').length;
};
/** DuckDB says on which line of the statement it stumbled: "LINE 3: …". */
const lineWithin = (message) => Number(/^LINE (\d+):/m.exec(message)?.[1] ?? 1);

/** Front matter as name → file: entries are file names, or name: file. */
const external = (content) =>
  (parseFrontmatter(content)?.queries ?? []).map((entry) =>
    typeof entry === 'string'
      ? [entry.split('.sql')[0].replace('/', '_').replace('\\', '_').toLowerCase(), entry]
      : [Object.keys(entry)[0].toLowerCase(), Object.values(entry)[0]],
  );

process.chdir('.evidence/template');
const { renderedFiles } = JSON.parse(readFileSync('static/data/manifest.json', 'utf8'));
await initDB();
await setParquetURLs(renderedFiles);
await updateSearchPath(Object.keys(renderedFiles));

for (const page of pages) {
  const content = readFileSync(join('../..', page), 'utf8');
  const files = new Map(external(content));
  for (const [name, file] of files) {
    try {
      readFileSync(join('../../queries', file));
    } catch {
      fault(page, lineOf(content, file), name, `there is no query file queries/${file}`);
    }
  }
  for (const { id, compiledQueryString, inputQueryString, compileError } of extractQueries(content)) {
    const file = files.has(id) ? join('queries', files.get(id)) : page;
    const text = files.has(id) ? inputQueryString : content;
    const first = files.has(id) ? 1 : lineOf(content, inputQueryString);
    const fail = (message) =>
      fault(
        file,
        first + (message.includes('LINE ') && inputQueryString === compiledQueryString ? lineWithin(message) - 1 : 0),
        id,
        message,
      );
    if (compileError) fail(compileError);
    else if (/\$\{.*?\}/s.test(compiledQueryString))
      fault(
        file,
        lineOf(text, /\$\{.*?\}/s.exec(compiledQueryString)[0]),
        id,
        `refers to a query this page does not have: ${/\$\{.*?\}/s.exec(compiledQueryString)[0]}`,
      );
    else {
      try {
        query(compiledQueryString);
      } catch (error) {
        fail(String(error?.message ?? error));
      }
    }
  }
}
process.stdout.write(`\n${JSON.stringify([...faults.values()])}\n`);
process.exit(0);
