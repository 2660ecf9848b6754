/**
 * No personal data of beneficiaries reaches the warehouse: what is copied is an allow-list of columns, and none of them names a
 * person or leads to one. Every column of the source that could is written down here, so that a new one has to be looked at.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sources } from '../../etl/sources/all.ts';

/** Words in a column's name that tell of a person: names, numbers, addresses, contacts, dates of birth, free text about somebody. */
const PERSONAL =
  /name|nama|nik\b|nisn|nip\b|npwp|phone|telp|mobile|whatsapp|email|address|alamat|birth|lahir|identity|ktp|kk\b|photo|foto|signature|latitude|longitude|gps|ip\b|ipAddress|userAgent|password|comment|notes?$|remarks?|message|recipient|receivedBy|contact|parent|guardian|account(Number|Name)|oldValues|newValues/i;
/** Looked at: of places, things and organisations, or numbers of people; not of a person. */
const HARMLESS = new Set([
  ...['provinces_indonesia.provinceName', 'regencies_indonesia.regencyName', 'districts_indonesia.districtName'],
  ...['villages_indonesia.villageName', 'sppg.name', 'sppg.demoParentId', 'nutrition_programs.name'],
  ...[
    'nutrition_menus.menuName',
    'procurement_plans.planName',
    'school_beneficiaries.schoolName',
    'procurements.supplierName',
  ],
  ...['procurement_items.itemName', 'inventory_items.itemName', 'beneficiary_receipts.menuName'],
  ...[
    'program_monitoring.activeRecipients',
    'nutrition_programs.targetRecipients',
    'nutrition_programs.currentRecipients',
  ],
  ...['food_distributions.plannedRecipients', 'food_distributions.actualRecipients', 'sppg.targetRecipients'],
  ...[
    'procurement_plans.targetRecipients',
    'program_monitoring.targetRecipients',
    'food_safety_certifications.certificationName',
  ],
  ...[
    'school_distributions.schoolName',
    'school_distributions.menuName',
    'distribution_schedules.menuName',
    'daily_food_samples.menuName',
  ],
]);
const isPersonal = (table: string, column: string) => PERSONAL.test(column) && !HARMLESS.has(`${table}.${column}`);
const BENEFICIARIES = /beneficiar|feeding|feedback|receipt|distribution|pregnan|toddler|student/;

test('allow-lists hold no column that names a person', () => {
  const told = sources.flatMap(({ table, columns }) =>
    columns.filter((column) => isPersonal(table, column)).map((column) => `${table}.${column}`),
  );
  expect(told).toEqual([]);
});

test('tables about beneficiaries: each of their columns that names somebody stays in the source', () => {
  const schema = ['demo/schema/0001_operational.sql', 'demo/schema/0002_operational_ext.sql']
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const about = sources.filter(({ table }) => BENEFICIARIES.test(table));
  expect(about.length).toBeGreaterThan(5);
  let stays = 0;
  for (const { table, columns } of about) {
    const body =
      new RegExp(`CREATE TABLE (?:IF NOT EXISTS )?"?${table}"? \\(([\\s\\S]*?)\\n\\)`).exec(schema)?.[1] ?? '';
    expect(body, table).not.toBe('');
    const there = [...body.matchAll(/^\s+"?(\w+)"?\s+[a-z"]/gm)].map(([, name = '']) => name);
    const personal = there.filter((column) => isPersonal(table, column));
    stays += personal.length;
    expect(
      personal.filter((column) => columns.includes(column)),
      table,
    ).toEqual([]);
  }
  // The schema does have such columns: this test has something to find.
  expect(stays).toBeGreaterThan(0);
});
