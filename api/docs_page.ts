/**
 * `/docs`: the OpenAPI document as one page of HTML, made here so that no script, font or style comes from elsewhere and the
 * content security policy stays strict.
 */
import type { OpenApi } from './openapi.ts';
import { escapeHtml, page } from './page.ts';

type Schema = Record<string, unknown>;

export function docsPage(document: OpenApi): string {
  const tags = new Map<string, string[]>();
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags[0] ?? '';
      tags.set(tag, [...(tags.get(tag) ?? []), section(path, method, operation)]);
    }
  }
  const { title, description } = document.info as { title: string; description: string };
  const body = [...tags].map(([tag, sections]) => `<h2>${escapeHtml(tag)}</h2>${sections.join('')}`).join('');
  return page(
    `${title} API`,
    `<p>${markup(description)} The document itself: <a href="/openapi.json">/openapi.json</a>.</p>${body}`,
  );
}

function section(path: string, method: string, operation: OpenApi['paths'][string][string]): string {
  const rows = operation.parameters.map((parameter) => {
    const { name, schema, required } = parameter as { name: string; schema: Schema; required: boolean };
    return `<tr><td><code>${escapeHtml(name)}</code></td><td>${escapeHtml(typeOf(schema))}</td><td>${
      required
        ? 'required'
        : schema.default === undefined
          ? 'optional'
          : `default ${escapeHtml(String(schema.default))}`
    }</td></tr>`;
  });
  const parameters = rows.length === 0 ? '' : `<table><tbody>${rows.join('')}</tbody></table>`;
  const body = schemaOf(operation.requestBody);
  const success = Object.entries(operation.responses).find(([status]) => status < '300');
  const answer = schemaOf(success?.[1]);
  return `<details id="${escapeHtml(`${method}${path}`)}"><summary><b>${method.toUpperCase()}</b> <code>${escapeHtml(path)}</code>
    <span>${markup(operation.summary)}</span></summary>${parameters}${shown('Body', body)}${shown(`Answer (${success?.[0]})`, answer)}</details>`;
}

function schemaOf(holder: unknown): Schema | undefined {
  const content = (holder as { content?: Record<string, { schema: Schema }> } | undefined)?.content;
  return content?.['application/json']?.schema;
}

const shown = (what: string, schema: Schema | undefined) =>
  schema === undefined ? '' : `<h3>${what}</h3><pre>${escapeHtml(outline(schema))}</pre>`;

/** A schema in few words: { asOf: {…}, kpis: [ { id: string } ] }. */
function outline(schema: Schema, indent = ''): string {
  const within = `${indent}  `;
  const { properties, items, anyOf, oneOf } = schema as {
    properties?: Record<string, Schema>;
    items?: Schema;
    anyOf?: Schema[];
    oneOf?: Schema[];
  };
  const choices = anyOf ?? oneOf;
  if (choices) return choices.map((choice) => outline(choice, indent)).join(' | ');
  if (items) return `[ ${outline(items, indent)} ]`;
  if (properties === undefined) return typeOf(schema);
  const required = (schema.required as string[] | undefined) ?? [];
  const lines = Object.entries(properties).map(
    ([name, property]) => `${within}${name}${required.includes(name) ? '' : '?'}: ${outline(property, within)}`,
  );
  return `{\n${lines.join('\n')}\n${indent}}`;
}

function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.join(' | ');
  return String(schema.type ?? 'any');
}

/** Text with `code` marked. */
const markup = (text: string) => escapeHtml(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
