/** No secret reaches a log, whatever field or message it stands in. */
import { expect, it } from 'vitest';
import { redacted } from '../../platform/log.ts';

it('tokens, cookies and passwords are taken out of a line, and nothing else', () => {
  const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0ZXN0In0.c2lnbmF0dXJl-_x';
  const secrets = [token, 'hunter2secret', 'deadbeefcafe'];
  const line = JSON.stringify({
    msg: `request with Bearer ${token} and lumbung_session=${token}; Path=/`,
    error: 'connect postgresql://lumbung:hunter2secret@db/app failed',
    nested: { text: '{"password":"hunter2secret","apiKey":"deadbeefcafe"}' },
    kept: 'password of the kitchen is not told; 3 rows at 2026-03-02T00:00:00Z',
  });
  const clean = redacted(line);
  for (const secret of secrets) expect(clean).not.toContain(secret);
  expect(JSON.parse(clean)).toMatchObject({
    kept: 'password of the kitchen is not told; 3 rows at 2026-03-02T00:00:00Z',
  });
});
