/** The OpenAPI 3.1 document, made of the contracts: schemas are zod's own JSON Schema (2020-12), as OpenAPI 3.1 takes them. */
import { z } from 'zod';
import { contracts } from './contracts/all.ts';
import { type Contract, pathParameters } from './contracts/contract.ts';
import { problem } from './contracts/shapes.ts';

type Json = Record<string, unknown>;
type Operation = Json & { tags: string[]; summary: string; parameters: Json[]; responses: Json };
export type OpenApi = Json & { paths: Record<string, Record<string, Operation>> };

const input = (schema: z.ZodType): Json => withoutMeta(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
const output = (schema: z.ZodType): Json => withoutMeta(z.toJSONSchema(schema, { io: 'output' }));
const withoutMeta = ({ $schema: _schema, ...schema }: Json): Json => schema;
const content = (media: string, schema: Json): Json => ({ content: { [media]: { schema } } });

const refusals: Readonly<Record<string, string>> = {
  400: 'The request cannot be read, or asks for something that does not exist in this form.',
  401: 'Without a valid token.',
  403: "Outside the caller's scope or role.",
  404: 'There is no such unit, KPI or export within sight of the caller.',
  429: 'Too many requests; `Retry-After` says when to come back.',
  503: 'The warehouse is away or busy; `Retry-After` says when to come back.',
};

function operation(contract: Contract): Operation {
  const { query, body, answer, media, rows } = contract;
  const parameters: Json[] = pathParameters(contract.path).map((name) => ({
    ...{ name, in: 'path', required: true },
    schema: { type: 'string' },
  }));
  if (query !== undefined) {
    const { properties = {}, required = [] } = input(query) as {
      properties?: Record<string, Json>;
      required?: string[];
    };
    for (const [name, { default: byDefault, ...schema }] of Object.entries(properties)) {
      const shown = byDefault === undefined ? schema : { ...schema, default: byDefault };
      const needed = required.includes(name) && byDefault === undefined;
      parameters.push({ name, in: 'query', required: needed, schema: shown });
    }
  }
  const described: Json =
    answer !== undefined
      ? content('application/json', output(answer))
      : media !== undefined
        ? content(media, { type: 'string' })
        : {};
  if (rows !== undefined) Object.assign(described.content as Json, content('text/csv', { type: 'string' }).content);
  const unready = contract.path === '/readyz' && answer ? { 503: { description: 'Not ready.', ...described } } : {};
  return {
    tags: [contract.tag],
    summary: contract.summary,
    parameters,
    ...(body === undefined ? {} : { requestBody: { required: true, ...content('application/json', input(body)) } }),
    responses: {
      [contract.status ?? 200]: { description: 'Success.', ...described },
      ...(contract.dated ? { 304: { description: 'What the caller holds (If-None-Match) still holds.' } } : {}),
      ...Object.fromEntries(
        Object.entries(refusals).map(([status, description]) => [
          status,
          { description, ...content('application/problem+json', { $ref: '#/components/schemas/Problem' }) },
        ]),
      ),
      ...unready,
    },
    ...(contract.open ? { security: [] } : {}),
  };
}

/** The whole document; computed once, it never changes while the process runs. */
export function openApi(): OpenApi {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const contract of contracts) {
    paths[contract.path] = { ...paths[contract.path], [contract.method]: operation(contract) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Lumbung',
      version: '1',
      description:
        'Figures of the feeding programme. `scope` is national, wilayah:CODE, region:CODE, province:ID, regency:ID or sppg:ID; ' +
        'dates are local days. Lists take `limit`, `offset` and `fields=a,b`, and come as CSV with `Accept: text/csv`; ' +
        '`Link: <…>; rel="next"` leads to the next page. Every figure has an ETag for If-None-Match.',
    },
    security: [{ bearer: [] }, { cookie: [] }],
    paths,
    components: {
      schemas: { Problem: output(problem) },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'lumbung_session' },
      },
    },
  };
}
