/** Contracts of sessions and of the platform: liveness, readiness, metrics. */
import { z } from 'zod';
import { toldPreferences } from '../../platform/preferences.ts';
import { auditInput, sessionInput, signInInput } from '../inputs.ts';
import type { Contract } from './contract.ts';
import { asOf } from './shapes.ts';

const session = z.strictObject({
  sub: z.string(),
  name: z.string().optional(),
  role: z.string(),
  scopes: z.array(z.string()),
  exp: z.number().optional(),
  figures: z.boolean().meta({ description: 'The role looks at figures.' }),
  todayOnly: z.boolean().meta({ description: "The role looks at the kitchen's present day only." }),
  documents: z
    .array(z.enum(['exports', 'verification', 'approval', 'delivery']))
    .meta({ description: 'What the role does with ministry documents.' }),
  widgets: toldPreferences.shape.defaults.shape.widgets.meta({
    description: 'What the live screen of the role begins with.',
  }),
});

const auditEntry = z.strictObject({
  chain: z.string(),
  seq: z.number(),
  at: z.string(),
  actor: z.string(),
  role: z.string(),
  action: z.string(),
  target: z.string(),
  outcome: z.string(),
  detail: z.record(z.string(), z.unknown()),
  address: z.string(),
  request: z.string(),
  previous: z.string(),
  hash: z.string(),
});

export const platform: readonly Contract[] = [
  {
    method: 'get',
    path: '/api/v1/sign-in-options',
    tag: 'Session',
    summary: 'Ways to sign in: demo accounts where the source is the demo programme.',
    answer: z.strictObject({
      demo: z.array(z.strictObject({ id: z.string(), role: z.string(), label: z.string(), scope: z.string() })),
      provider: z.string().nullable().meta({ description: 'Where signing in with the OIDC provider begins.' }),
    }),
    open: true,
  },
  {
    method: 'get',
    path: '/api/v1/session',
    tag: 'Session',
    summary: 'Who is signed in, in which role, for which scopes.',
    answer: session,
  },
  {
    method: 'post',
    path: '/api/v1/session',
    tag: 'Session',
    summary: 'A token, or a demo account, becomes a session cookie for the pages.',
    body: sessionInput,
    answer: session,
    status: 201,
    open: true,
  },
  {
    method: 'post',
    path: '/api/v1/session/refresh',
    tag: 'Session',
    summary: 'Renews the session of the cookies.',
    answer: session,
    open: true,
  },
  {
    method: 'get',
    path: '/api/v1/sign-in',
    tag: 'Session',
    summary: 'Sends the browser to the OIDC provider (authorization code with PKCE).',
    query: signInInput,
    status: 303,
    open: true,
  },
  {
    method: 'get',
    path: '/api/v1/sign-in/callback',
    tag: 'Session',
    summary: 'Where the provider sends the browser back; a session begins, and the page asked for is shown.',
    status: 303,
    open: true,
  },
  {
    method: 'get',
    path: '/api/v1/audit',
    tag: 'Platform',
    summary: 'The audit trail, the newest first; `next` is the `before` of the next page.',
    query: auditInput,
    answer: z.strictObject({ asOf, entries: z.array(auditEntry), next: z.string().nullable() }),
    rows: 'entries',
    dated: true,
  },
  { method: 'delete', path: '/api/v1/session', tag: 'Session', summary: 'Signs out.', status: 204, open: true },
  {
    method: 'get',
    path: '/healthz',
    tag: 'Platform',
    summary: 'The process lives.',
    answer: z.strictObject({ status: z.literal('ok') }),
    open: true,
  },
  {
    method: 'get',
    path: '/readyz',
    tag: 'Platform',
    summary: 'Engines up and replication caught up; 503 with the reasons otherwise.',
    answer: z.strictObject({ ready: z.boolean(), reasons: z.array(z.string()), warnings: z.array(z.string()) }),
    open: true,
  },
  {
    method: 'get',
    path: '/metrics',
    tag: 'Platform',
    summary: 'Prometheus metrics (docs/metrics.md).',
    media: 'text/plain',
    open: true,
  },
  {
    method: 'get',
    path: '/health',
    tag: 'Platform',
    summary: "Page for operators: engines' state, lag, queues, cache, measured uptime.",
    media: 'text/html',
  },
  {
    method: 'get',
    path: '/dictionary',
    tag: 'Platform',
    summary: 'The data dictionary as a page, Indonesian or `?lang=en`.',
    media: 'text/html',
    open: true,
  },
  {
    method: 'get',
    path: '/reports',
    tag: 'Platform',
    summary: 'The report site: the nation to those who read all of it, to others the page of their own unit.',
    media: 'text/html',
  },
  {
    method: 'get',
    path: '/reports/reader.json',
    tag: 'Platform',
    summary: "What the report site's search knows of its reader.",
    answer: z.strictObject({
      scopes: z.array(z.string()),
      language: z.enum(['id', 'en']),
      home: z.string().meta({ description: 'The page their visit begins with.' }),
    }),
  },
  {
    method: 'get',
    path: '/reports/{path}',
    tag: 'Platform',
    summary:
      'Pages and files of the report site, each to those whose scope includes its unit, without what their role does not see. 404 where the site is not built (SITE=off), 503 until its first release is there.',
    media: 'text/html',
  },
  {
    method: 'get',
    path: '/openapi.json',
    tag: 'Platform',
    summary: 'This document.',
    answer: z.looseObject({ openapi: z.string() }),
    open: true,
  },
  {
    method: 'get',
    path: '/docs',
    tag: 'Platform',
    summary: 'This document as a page.',
    media: 'text/html',
    open: true,
  },
];
