/**
 * Arbitrary requests and frames: what the contract describes, bent. Values are taken from what is valid, what is nearly valid, and
 * anything at all, so that most inputs get past the first check.
 */
import fc from 'fast-check';
import { contracts } from '../../api/contracts/all.ts';
import { pathParameters } from '../../api/contracts/contract.ts';

export type FuzzRequest = { method: string; path: string; headers: Record<string, string>; body?: string };

const scope = fc.oneof(
  fc.constantFrom(
    'national',
    'province:32',
    'regency:3201',
    'sppg:k321',
    'sppg:k511',
    'wilayah:II',
    'region:JAWA',
    'sppg:nosuch',
  ),
  fc.string({ maxLength: 90 }),
  fc.tuple(fc.constantFrom('sppg', 'province', 'x'), fc.string({ maxLength: 70 })).map((parts) => parts.join(':')),
);
const date = fc.oneof(
  fc.constantFrom('2026-03-01', '2026-03-05', '2026-03-31', '2026-02-30', '1999-12-31', '2099-12-31', '0000-00-00', ''),
  fc.string({ maxLength: 12 }),
);
const number = fc.oneof(
  fc.integer(),
  fc.constantFrom('0', '1', '1e3', '-1', 'NaN', ' 5', '99999999999999999999'),
  fc.double(),
);
const word = fc.oneof(
  fc.constantFrom(
    'day',
    'week',
    'fortnight',
    'month',
    'year',
    'asc',
    'desc',
    'sppg',
    'regency',
    'now',
    'then',
    'csv',
    'units',
    'kpi_daily',
  ),
  fc.constantFrom(
    'portions_planned',
    'qc_pass_rate',
    'spend',
    'food_safety_incidents',
    'id',
    'id,value',
    'confirmed',
    'explained',
  ),
  fc.constantFrom(
    "' OR 1=1 --",
    '../../etc/passwd',
    '%00',
    '\u0000',
    '{x:String}',
    '__proto__',
    'constructor',
    '\ud800',
  ),
  fc.string({ maxLength: 200, unit: 'binary' }),
);
const anyValue = fc.oneof(scope, date, number.map(String), word);

const likely = (name: string) => {
  if (/^(scope|parent)$/.test(name)) return fc.oneof({ weight: 4, arbitrary: scope }, anyValue);
  if (/^(from|to|date)$/.test(name)) return fc.oneof({ weight: 4, arbitrary: date }, anyValue);
  if (/^(limit|offset)$/.test(name)) return number.map(String);
  return fc.oneof({ weight: 3, arbitrary: word }, anyValue);
};
const names = [
  'scope',
  'parent',
  'from',
  'to',
  'date',
  'grain',
  'level',
  'order',
  'limit',
  'offset',
  'fields',
  'hierarchy',
  'x',
];
const query = fc
  .array(
    fc.constantFrom(...names).chain((name) => likely(name).map((value) => [name, value] as const)),
    { maxLength: 6 },
  )
  .map((pairs) => pairs.map(([name, value]) => `${name}=${encoded(value)}`).join('&'));
/** A lone surrogate cannot be encoded: it goes as its bytes would. */
const encoded = (text: string) => encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '\ufffd'));
const body = fc.oneof(
  fc
    .record(
      {
        ...{ report: word, format: word, scope, from: date, to: date, warning: word, verdict: word, note: word },
        ...{ rule: word, date, state: word, token: word, demo: word },
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value)),
  fc.json({ maxDepth: 4 }),
  fc.string({ maxLength: 300, unit: 'binary' }),
);
const headers = (token: string) =>
  fc.record(
    {
      authorization: fc.oneof(
        { weight: 8, arbitrary: fc.constant(`Bearer ${token}`) },
        fc.constantFrom('Bearer x', 'Basic eA==', 'Bearer'),
      ),
      accept: fc.constantFrom('*/*', 'application/json', 'text/csv', 'text/csv;q=0.1, */*;q=0', 'image/png', ';;'),
      'accept-encoding': fc.constantFrom('gzip', 'br', 'identity', 'gzip;q=0, *;q=0', 'x'),
      'if-none-match': fc.constantFrom('*', 'W/"x"', '"'),
      'content-type': fc.constantFrom('application/json', 'text/plain', 'application/json; charset=utf-7', ''),
      'x-request-id': fc.constantFrom('a', 'abcdefgh-1', 'x y z'),
    },
    { requiredKeys: ['authorization'] },
  );

/** Every documented route, and paths beside them. */
export const fuzzRequest = (token: string): fc.Arbitrary<FuzzRequest> =>
  fc
    .tuple(
      fc.constantFrom(...contracts, undefined),
      query,
      headers(token),
      body,
      fc.array(word, { minLength: 2, maxLength: 2 }),
      word,
    )
    .map(([contract, search, given, sent, parameters, beside]) => {
      let path = contract?.path ?? `/${encoded(beside)}`;
      for (const [index, name] of pathParameters(path).entries())
        path = path.replace(`{${name}}`, encoded(parameters[index] ?? '') || '%20');
      const method = (contract?.method ?? 'get').toUpperCase();
      const request = { method, path: `${path}?${search}`, headers: given as Record<string, string> };
      return method === 'GET' ? request : { ...request, body: sent };
    });

export const fuzzFrame = (token: string): fc.Arbitrary<string> =>
  fc.oneof(
    fc
      .record(
        {
          type: fc.constantFrom('auth', 'subscribe', 'unsubscribe', 'ping', 'pong', 'update', '__proto__'),
          token: fc.oneof({ weight: 3, arbitrary: fc.constant(token) }, word),
          channel: fc.oneof(scope, fc.constant('system')),
          from: fc.oneof(
            fc.record({ epoch: word, offset: fc.oneof(fc.constantFrom('0-0', '1-1', '9999999999999999999-0'), word) }),
            fc.anything(),
          ),
        },
        { requiredKeys: ['type'] },
      )
      .map((frame) => JSON.stringify(frame)),
    fc.json({ maxDepth: 3 }),
    fc.string({ maxLength: 400, unit: 'binary' }),
  );
