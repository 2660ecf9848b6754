/**
 * The content security policy of a page of the report site. Pure.
 * Invariant: a script in the page runs because its text is one the build wrote (by its hash), never because scripts are allowed; style
 * attributes of charts change how a page looks, and load nothing from elsewhere.
 */
import { createHash } from 'node:crypto';

const SCRIPT = /<script\b(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/gi;

/** `policy` with what the page needs beside it; as it is where the page needs nothing. */
export function policyOf(policy: string, html: string): string {
  const hashes = [...html.matchAll(SCRIPT)]
    .filter(([tag]) => !/\stype="(?!module|text\/javascript)[^"]*"/i.test(tag.slice(0, tag.indexOf('>'))))
    .map(([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
  const styled = /<style\b|\sstyle=/i.test(html);
  return [
    policy,
    ...(hashes.length > 0 ? [`script-src 'self' ${[...new Set(hashes)].join(' ')}`] : []),
    ...(styled ? ["style-src 'self' 'unsafe-inline'"] : []),
  ].join(';');
}
