/** Contracts of sessions and of the platform: liveness, readiness, metrics. */
import { z } from 'zod';
import { sessionInput } from '../inputs.ts';
import type { Contract } from './contract.ts';

const session = z.strictObject({
  sub: z.string(),
  name: z.string().optional(),
  role: z.string(),
  scopes: z.array(z.string()),
  exp: z.number().optional(),
});

export const platform: readonly Contract[] = [
  {
    method: 'get',
    path: '/api/v1/sign-in-options',
    tag: 'Session',
    summary: 'Ways to sign in: demo accounts where the source is the demo programme.',
    answer: z.strictObject({
      demo: z.array(z.strictObject({ id: z.string(), role: z.string(), label: z.string(), scope: z.string() })),
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
