/** The report site without engines: addresses and whom they are for, what is cut from pages, links, the policy of a page, when units are due. */
import { expect, it } from 'vitest';
import { askedFor } from '../../api/reports/paths.ts';
import { policyOf } from '../../api/reports/policy.ts';
import type { Field } from '../../warehouse/permissions.ts';
import type { SiteBuild, SiteState } from '../../warehouse/site_builds.ts';
import { cutCsv, cutHtml, markerFault } from '../../warehouse/site_fields.ts';
import { foreignIn, linkFaults, refersOf } from '../../workers/site/links.ts';
import { unitsDueIn } from '../../workers/site/schedule.ts';
import { htmlFaults } from '../../workers/site/valid_html.ts';

it('an address leads to one file, for one audience', () => {
  const of = (path: string) => {
    const asked = askedFor(path);
    return asked && [asked.file, asked.audience, asked.scope ?? ''].join(' ').trim();
  };
  expect(of('')).toBe('index.html nation');
  expect(of('unit/sppg/k321/')).toBe('unit/sppg/k321/index.html unit sppg:k321');
  expect(of('unit/sppg/k3.1')).toBe('unit/sppg/k3.1/index.html unit sppg:k3.1');
  expect(of('en/unit/regency/3201/data.csv')).toBe('en/unit/regency/3201/data.csv unit regency:3201');
  expect(of('unit/national/')).toBe('unit/national/index.html unit national');
  expect(of('unit/national/index.html')).toBe('unit/national/index.html unit national');
  expect(of('search/province/32.json')).toBe('search/province/32.json unit province:32');
  expect(of('search/national/1.json')).toBe('search/national/1.json unit national');
  expect(of('assets/a-12345678.css')).toBe('assets/a-12345678.css open');
  expect(of('en/kamus/')).toBe('en/kamus/index.html open');
  expect(of('jelajah/')).toBe('jelajah/index.html figures');
  // What is not known to be for others is for readers of the whole nation.
  for (const path of [
    'tema/keuangan/',
    'sitemap.xml',
    'release.json',
    'unit',
    'unit/sppg',
    'unit/planet/9/',
    'search/regency/',
  ])
    expect(askedFor(path)?.audience, path).toBe('nation');
  expect(askedFor('kamusx/')?.audience).toBe('nation');
});

it.each([
  ...[
    '../x',
    '..%2f..%2fetc/passwd',
    '%2e%2e/x',
    'unit/sppg/k321%2F..%2Fk322/',
    'unit/sppg/..%5Ck322/',
    'a//b',
    '%00',
    '%E0%A4%A',
  ],
  ...[
    '.building-20260101T000000Z-000000/index.html',
    'assets/.hidden',
    'unit/sppg/k321/%2e%2e/k322/',
    'a\\b',
    'x%0d%0ay',
  ],
])('%s leads nowhere', (path) => {
  expect(askedFor(path)).toBeUndefined();
});

it('a page is cut to the fields of its reader, and not sent where they cannot be told apart', () => {
  const html = '<p>a</p><!--[finance]--><p>Rp 5</p><!--[/finance]--><!--[production]--><p>7</p><!--[/production]-->';
  const seen = (...fields: Field[]) => new Set(fields);
  expect(cutHtml(html, seen('production'))).toBe('<p>a</p><p>7</p>');
  expect(cutHtml(html, seen())).toBe('<p>a</p>');
  expect(cutHtml(html, seen('finance', 'production'))).toBe('<p>a</p><p>Rp 5</p><p>7</p>');
  for (const bad of [
    '<!--[finance]-->5',
    '5<!--[/finance]-->',
    '<!--[finance]--><!--[production]-->5<!--[/production]--><!--[/finance]-->',
    '<!--[finance]-->5<!--[/production]-->',
    '<!--[wealth]-->5<!--[/wealth]-->',
    '<!--[ finance]-->5<!--[/finance]-->',
  ]) {
    expect(markerFault(bad), bad).toBeDefined();
    expect(() => cutHtml(bad, seen('finance', 'production')), bad).toThrow('told apart');
  }
  const csv =
    'kpi,date,num\nspend,2026-03-01,5\n"portions_planned",2026-03-01,7\nnosuch,2026-03-01,1\ncompleteness,2026-03-01,3\n';
  expect(cutCsv(csv, seen('production'))).toBe('kpi,date,num\n"portions_planned",2026-03-01,7\n');
  expect(cutCsv(csv, seen('finance', 'completeness'))).toBe(
    'kpi,date,num\nspend,2026-03-01,5\ncompleteness,2026-03-01,3\n',
  );
});

it('links lead to a file of the release or a page of the application, and to no other origin', () => {
  const ends = {
    there: new Set(['unit/sppg/a/index.html', 'unit/sppg/a/data.csv', 'assets/x.css']),
    ...{ narrative: false, basePath: '/reports', origin: 'https://lumbung.example.go.id' },
  };
  const faults = (html: string, audience: 'readers' | 'public' = 'readers') =>
    linkFaults(refersOf(html), 'unit/sppg/a/index.html', ends, audience);
  const good =
    '<a href="data.csv">1</a><a href="/reports/unit/sppg/a/">2</a><link href="../../../assets/x.css"><a href="#top">3</a><a href="/dictionary#spend">4</a><a href="/reports/kamus/#spend">5</a><a href="mailto:x@example.org">6</a><a href="/?scope=sppg:a&amp;x=1">7</a><script>const a = \'<a href="/nowhere">\';</script>';
  expect(faults(good)).toEqual([]);
  expect(
    faults('<a href="/reports/unit/sppg/b/">1</a><a href=\'none.csv\'>2</a><a href="/elsewhere">3</a>'),
  ).toHaveLength(3);
  // Published elsewhere, the application is not there, nor is the narrative.
  expect(faults('<a href="/dictionary">1</a><a href="/reports/kamus/">2</a>', 'public')).toHaveLength(2);
  const foreign = (html: string) => foreignIn(refersOf(html), ends.origin);
  expect(
    foreign('<link rel="canonical" href="https://lumbung.example.go.id/reports/"><img src="data:image/png;base64,x">'),
  ).toEqual([]);
  expect(
    foreign(
      '<script src="https://cdn.example.org/x.js"></script><img src=//example.org/x><a href="https://lumbung.example.go.id.evil/">',
    ),
  ).toHaveLength(3);
});

it('HTML is valid where browsers and screen readers count on it', () => {
  const whole = (body: string) =>
    `<!doctype html><html lang="id"><head><title>t</title></head><body>${body}</body></html>`;
  expect(htmlFaults(whole('<h1 id="a">x</h1><svg role="img" aria-labelledby="a"><path d="M0 0"/></svg>'))).toEqual([]);
  for (const bad of [
    '<p>x</div>',
    '<b id="a"></b><b id="a"></b>',
    '<ul><p>x</p></ul>',
    '<p aria-labelledby="none">x</p>',
  ])
    expect(htmlFaults(whole(bad)), bad).not.toEqual([]);
  expect(htmlFaults('<p>x</p>')).not.toEqual([]);
});

it('scripts of a page run by their hash, and only where there are any', () => {
  expect(policyOf("default-src 'self'", '<p>x</p><script src="/a.js"></script>')).toBe("default-src 'self'");
  const policy = policyOf(
    "default-src 'self'",
    '<script>go()</script><script type="application/ld+json">{}</script><p style="color:red">',
  );
  expect(policy).toMatch(/^default-src 'self';script-src 'self' 'sha256-[\w+/]+=*';style-src 'self' 'unsafe-inline'$/);
});

it('units are due some minutes after the last build, later after one that failed, and never before there is a release', () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 10, 25, 8, minute)).toISOString();
  const build = (more: Partial<SiteBuild>): SiteBuild => ({
    ...{ id: 'x', kind: 'units', by: 'schedule', state: 'done', startedAt: at(0), finishedAt: at(1), seq: 10 },
    ...{ committedAt: at(0), pages: 1, narrativeAt: null, waiting: [], release: 'x', reason: '', ...more },
  });
  const state = (more: Partial<SiteState>): SiteState => {
    const served = build({});
    return { served, failed: null, full: served, seq: 10, recent: [served], ...more };
  };
  const due = (given: SiteState, seq: number, minute: number) =>
    unitsDueIn(given, seq, 5 * 60_000, Date.parse(at(minute)));
  expect(due(state({}), 10, 30)).toBeUndefined();
  expect(due(state({}), 11, 30)).toBe(0);
  expect(due(state({}), 11, 2)).toBe(4 * 60_000);
  expect(due(state({ served: null, recent: [] }), 11, 30)).toBeUndefined();
  expect(due(state({ served: build({ kind: 'rollback' }) }), 11, 30)).toBeUndefined();
  const failed = build({ state: 'failed', finishedAt: at(3) });
  expect(due(state({ failed, recent: [failed, build({})] }), 11, 4)).toBe(9 * 60_000);
});
