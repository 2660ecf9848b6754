/**
 * Units by name or code: every word asked for is the beginning of a word of the unit, whatever its case and accents.
 * Invariant: only units that lie in one of the scopes given, or are one, are found; the words are bound, never part of the SQL.
 */
import type { Warehouse } from '../client.ts';
import type { Level } from '../scopes.ts';
import { type Path, pathFrom } from './hierarchy.ts';
import { wordsOf } from './words.ts';

export type Found = { scope: string; name: string; level: Level; code: string; path: Path };

/** The same in SQL. */
const folded = (text: string) => `lowerUTF8(replaceRegexpAll(normalizeUTF8NFKD(${text}), '\\\\p{Mn}', ''))`;

const NONE = "''";
/** Id and name of each unit above, in the order of the columns; kitchens and regencies are in no wilayah where none lists their region. */
const unit = (
  level: Level,
  id: string,
  name: string,
  code: string,
  above: Readonly<Record<string, string>>,
  from: string,
) =>
  `SELECT DISTINCT '${level}' AS level, ${id} AS id, ${name} AS name, ${code} AS code, ${[
    'wilayah',
    'wilayahName',
    'region',
    'province',
    'provinceName',
    'regency',
    'regencyName',
  ]
    .map((column) => `${above[column] ?? NONE} AS ${column}`)
    .join(', ')} FROM ${from}`;
const wilayah = { wilayah: 'g.wilayah', wilayahName: 'g.wilayahName' };
const region = { ...wilayah, region: 'g.region' };
const province = { ...region, province: 'g.province', provinceName: 'g.provinceName' };
const regency = { ...province, regency: 'r.id', regencyName: 'r.regencyName' };
const units = [
  unit('wilayah', 'g.wilayah', 'g.wilayahName', 'g.wilayah', wilayah, "groups AS g WHERE g.wilayah != ''"),
  unit('region', 'g.region', 'g.region', 'g.region', region, 'groups AS g'),
  unit('province', 'g.province', 'g.provinceName', 'g.provinceCode', province, 'groups AS g'),
  unit(
    'regency',
    'r.id',
    'r.regencyName',
    'r.regencyCode',
    regency,
    'regencies AS r INNER JOIN groups AS g ON g.province = r.provinceId',
  ),
  unit(
    'sppg',
    's.id',
    's.name',
    's.code',
    regency,
    `(SELECT id, name, code, provinceId, regencyId FROM raw.sppg FINAL WHERE NOT _deleted) AS s
     INNER JOIN groups AS g ON g.province = s.provinceId INNER JOIN regencies AS r ON r.id = s.regencyId`,
  ),
];

/** Units of these levels inside `own` scopes, those that begin with the text first, then from the whole down to the kitchen, by name. */
export async function searchUnits(
  warehouse: Warehouse,
  own: readonly string[],
  levels: readonly Level[],
  text: string,
  limit: number,
): Promise<Found[]> {
  const words = wordsOf(text);
  if (words.length === 0) return [];
  const rows = await warehouse.query<Record<string, string> & { level: Level }>(
    `WITH groups AS (
       SELECT p.id AS province, p.provinceName AS provinceName, p.provinceCode AS provinceCode, toString(p.region) AS region,
         w.code AS wilayah, w.name AS wilayahName
       FROM (SELECT id, provinceName, provinceCode, region FROM raw.provinces_indonesia FINAL WHERE NOT _deleted) AS p
       LEFT ANY JOIN (SELECT region, code, name FROM mart.wilayah FINAL WHERE listed) AS w ON w.region = toString(p.region)
     ), regencies AS (
       SELECT id, provinceId, regencyName, regencyCode FROM raw.regencies_indonesia FINAL WHERE NOT _deleted
     )
     SELECT level, id, name, code, wilayah, wilayahName, region, province, provinceName, regency, regencyName
     FROM (
       SELECT *, ${folded("concat(name, ' ', code)")} AS held, extractAll(held, '[\\\\p{L}\\\\p{N}]+') AS parts
       FROM (${units.join('\nUNION ALL\n')})
       WHERE level IN ({levels:Array(String)}) AND (has({own:Array(String)}, 'national') OR hasAny({own:Array(String)}, [
         concat(level, ':', id), concat('wilayah:', wilayah), concat('region:', region), concat('province:', province), concat('regency:', regency)]))
     )
     WHERE arrayAll(word -> arrayExists(part -> startsWith(part, word), parts), {words:Array(String)})
     ORDER BY startsWith(arrayStringConcat(parts, ' '), {whole:String}) DESC,
       indexOf(['wilayah', 'region', 'province', 'regency', 'sppg'], level), held, id
     LIMIT {limit:UInt32}`,
    { own, levels, words, whole: words.join(' '), limit },
  );
  return rows.map((row) => {
    const { level, id = '', name = '', code = '' } = row;
    const path = pathFrom({ ...row, [level]: id, [`${level}Name`]: name }, level);
    return { scope: `${level}:${id}`, name: path.at(-1)?.name ?? name, level, code, path };
  });
}
