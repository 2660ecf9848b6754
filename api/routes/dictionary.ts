/** `/dictionary`: the data dictionary as a page, in Indonesian, or in English with `?lang=en`. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Router } from 'express';
import { z } from 'zod';
import { dictionary } from '../../warehouse/dictionary.ts';
import { sourceColumns } from '../../warehouse/queries/source_columns.ts';
import { readTargets } from '../../warehouse/queries/targets.ts';
import type { ApiContext } from '../context.ts';
import { dictionaryPage } from '../dictionary_page.ts';

const input = z.object({ lang: z.enum(['id', 'en']).default('id') });
const HOLDS_MS = 60_000;

export function dictionaryPages({ warehouse, pages }: Pick<ApiContext, 'warehouse' | 'pages'>): Router {
  const router = Router();
  const file = join(pages, 'dictionary.html');
  if (!existsSync(file)) return router;
  const frame = readFileSync(file, 'utf8');
  /** Anybody may ask: definitions and targets are read once a minute, however often they are. */
  let held: { at: number; made: Promise<Record<'id' | 'en', string>> } | undefined;
  const make = async () => {
    const [columns, targets] = await Promise.all([sourceColumns(warehouse), readTargets(warehouse)]);
    const entries = dictionary((table) => columns.get(table) ?? []);
    const page = (language: 'id' | 'en') => {
      const parts: Record<string, string> = dictionaryPage(entries, targets, language);
      const filled = frame.replaceAll(/%([A-Z]+)%/g, (_all, name: string) => parts[name] ?? '');
      return filled.replace('<html lang="id">', `<html lang="${language}">`);
    };
    return { id: page('id'), en: page('en') };
  };
  router.get('/dictionary', async (request, response) => {
    const { lang } = input.parse(request.query);
    if (held === undefined || Date.now() - held.at > HOLDS_MS) {
      const made = make();
      held = { at: Date.now(), made };
      made.catch(() => {
        held = undefined;
      });
    }
    const body = (await held.made)[lang];
    response.set('Cache-Control', 'no-cache').type('html').send(body);
  });
  return router;
}
