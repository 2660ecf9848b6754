/**
 * What of a page of the report site belongs to which field of work: `<!--[finance]-->…<!--[/finance]-->` in HTML, the KPI in the first
 * column of CSV. Pages are made once, for readers of everything; a reader is sent what is left.
 * Invariant: fail closed. A field nobody knows is left out for everybody, and a page whose markers do not pair is not sent at all.
 */
import { LumbungError } from '../platform/errors.ts';
import { findKpi } from './kpis/registry.ts';
import { FIELDS, type Field } from './permissions.ts';

const MARKER = /<!--\[(\/?)([a-z_]+)\]-->/g;
const isField = (name: string): name is Field => (FIELDS as readonly string[]).includes(name);

/** What is wrong with the markers of a page; undefined: they pair, name fields, and lie beside each other. */
export function markerFault(html: string): string | undefined {
  let open: string | undefined;
  for (const [text, closing, name = ''] of html.matchAll(MARKER)) {
    if (!isField(name)) return `${text} names no field of warehouse/permissions.ts`;
    if (closing === '' ? open !== undefined : open !== name) return `${text} does not pair with <!--[${open ?? ''}]-->`;
    open = closing === '' ? name : undefined;
  }
  if (open !== undefined) return `<!--[${open}]--> is not closed`;
  return /<!--\[/.test(html.replaceAll(MARKER, '')) ? 'a marker is malformed' : undefined;
}

/** The page without what `visible` does not name. */
export function cutHtml(html: string, visible: ReadonlySet<Field>): string {
  const fault = markerFault(html);
  if (fault !== undefined) throw new LumbungError('internal', `a page cannot be told apart by fields: ${fault}`);
  return html.replaceAll(/<!--\[([a-z_]+)\]-->([\s\S]*?)<!--\[\/\1\]-->/g, (_all, name: string, inner: string) =>
    visible.has(name as Field) ? inner : '',
  );
}

/** The header, and the lines whose first cell names a KPI or field that is visible. */
export function cutCsv(csv: string, visible: ReadonlySet<Field>): string {
  const [header = '', ...lines] = csv.split('\n');
  const kept = lines.filter((line) => {
    const name = line.slice(0, line.search(/[,;\r]|$/)).replaceAll('"', '');
    const field = findKpi(name)?.owner ?? (isField(name) ? name : undefined);
    return field !== undefined && visible.has(field);
  });
  return `${[header, ...kept].join('\n')}\n`;
}
