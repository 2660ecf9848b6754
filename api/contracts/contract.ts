/**
 * What a route promises: inputs and answers as zod schemas. The same schemas parse requests, make /openapi.json, name the
 * columns of a CSV, and are what tests hold real answers against.
 */
import type { z } from 'zod';

export type Contract = {
  method: 'get' | 'post' | 'put' | 'delete';
  /** As in OpenAPI: /api/v1/kpis/{kpi}/series. */
  path: string;
  tag: 'Figures' | 'Statistics' | 'Data quality' | 'Exports' | 'Session' | 'Platform';
  summary: string;
  query?: z.ZodType;
  body?: z.ZodType;
  /** The answer in JSON; absent where there is none, or `media` says what it is. */
  answer?: z.ZodType;
  /** Status of success; 200 unless said. */
  status?: 200 | 201 | 202 | 204 | 303;
  /** The list of the answer that `limit` and `offset` page through and that is answered as CSV. */
  rows?: string;
  /** Media type of an answer that is not JSON. */
  media?: string;
  /** Answered without signing in. */
  open?: true;
  /** The answer has `asOf` and an ETag. */
  dated?: true;
};

/** Parameters of a path are what they are called: ids. */
export const pathParameters = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
