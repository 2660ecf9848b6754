/** What components need beside the extracts, as JSON they import: measures, the dictionary, the edition. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dictionary } from '../../warehouse/dictionary.ts';
import { factsOf, groupsOf } from '../../warehouse/dictionary_words.ts';
import type { Language } from '../../warehouse/kpis/format.ts';
import { readFreshness } from '../../warehouse/ledger.ts';
import { sourceColumns } from '../../warehouse/queries/source_columns.ts';
import type { Context } from './extracts/extract.ts';
import type { Workspace } from './workspace.ts';

const languages: readonly Language[] = ['id', 'en'];

export async function writeReference(context: Context, { lib }: Workspace, release?: string): Promise<void> {
  const { warehouse, kpis, targets, last, provisional } = context;
  const columns = await sourceColumns(warehouse);
  const entries = dictionary((table) => columns.get(table) ?? []);
  const { committedAt, rolledUpAt } = await readFreshness(warehouse);
  const builtAt = new Date().toISOString();
  const files = {
    'measures.json': Object.fromEntries(
      kpis.map(({ id, section, name, definition, unit, direction, target, grain }) => [
        id,
        { id, section, name, definition, unit, direction, target, grain },
      ]),
    ),
    'dictionary.json': Object.fromEntries(
      languages.map((language) => [
        language,
        groupsOf(entries, language).map(({ name, members }) => ({
          name,
          members: members.map((entry) => ({
            id: entry.id,
            name: entry.name,
            definition: entry.definition[language],
            facts: factsOf(entry, targets, language),
          })),
        })),
      ]),
    ),
    'edition.json': {
      ...{ committedAt, rolledUpAt, builtAt, last },
      release: release ?? builtAt.slice(0, 16).replace('T', ' '),
      state: provisional.waiting.length > 0 ? 'provisional' : 'final',
    },
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(lib, name), JSON.stringify(content));
}
