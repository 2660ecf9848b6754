/**
 * Where a delivery may go, and what people are told of it.
 * Invariant: only hosts of DELIVERY_HOSTS; asked when a schedule is saved, and again before each call.
 */
import type { Config } from '../../platform/config.ts';
import { LumbungError } from '../../platform/errors.ts';
import type { Target } from './schedules.ts';

/** Refuses whoever the operator has not named: a schedule must not make this machine call its neighbours. */
export function demandHost({ DELIVERY_HOSTS }: Pick<Config, 'DELIVERY_HOSTS'>, host: string, port: number): void {
  const listed = (DELIVERY_HOSTS ?? '').split(',').map((entry) => entry.trim().toLowerCase());
  if (!listed.includes(host.toLowerCase()) && !listed.includes(`${host.toLowerCase()}:${port}`)) {
    throw new LumbungError('forbidden', `${host}:${port} is not among DELIVERY_HOSTS: an operator has to add it there`);
  }
}

export function demandUrl(post: Pick<Config, 'DELIVERY_HOSTS'>, text: string): URL {
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    throw new LumbungError('bad_input', 'an address must not hold a password');
  demandHost(post, url.hostname, Number(url.port || (url.protocol === 'https:' ? 443 : 80)));
  return url;
}

/** Refuses what could never be sent to, before it is saved. */
export function demandTarget(target: Target, post: Pick<Config, 'DELIVERY_HOSTS' | 'SMTP_URL'>): void {
  if (target.kind === 'sftp') demandHost(post, target.host, target.port);
  if (target.kind === 's3') demandUrl(post, target.endpoint);
  if (target.kind === 'webhook') demandUrl(post, target.url);
  if (target.kind === 'email' && post.SMTP_URL === undefined)
    throw new LumbungError('config', 'set SMTP_URL and MAIL_FROM to send e-mail');
}

/** Fills {scope}, {period} and {report} into where it goes. */
export function placed(target: Target, words: { scope: string; period: string; report: string }): Target {
  const fill = (text: string) =>
    text.replaceAll(/\{(scope|period|report)\}/g, (_all, word: keyof typeof words) => words[word].replaceAll(':', '-'));
  if (target.kind === 'folder' || target.kind === 'sftp') return { ...target, folder: fill(target.folder) };
  return target.kind === 's3' ? { ...target, prefix: fill(target.prefix) } : target;
}

/** Kind and place, without secrets: part of a delivery's identity. */
export function describe(target: Target): string {
  switch (target.kind) {
    case 'folder':
      return `folder ${target.folder}`;
    case 'sftp':
      return `sftp ${target.user}@${target.host}:${target.port}/${target.folder}`;
    case 'email':
      return `email ${target.to.join(', ')}`;
    case 's3':
      return `s3 ${target.endpoint}/${target.bucket}/${target.prefix}`;
    case 'webhook':
      return `webhook ${target.url}`;
  }
}
