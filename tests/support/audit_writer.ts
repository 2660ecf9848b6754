/** A process that appends to an audit trail: `audit_writer.ts DATA_DIR NAME COUNT`; ten entries wait at a time. */
import { openAudit } from '../../platform/audit.ts';
import { createLogger } from '../../platform/log.ts';

const [dataDir = '', name = '', count = '0'] = process.argv.slice(2);
const audit = openAudit(dataDir, createLogger({ LOG_LEVEL: 'silent' }, name));
for (let n = 0; n < Number(count); n += 10) {
  const ten = Array.from({ length: 10 }, (_, i) => audit.append({ action: 'test', actor: name, detail: { n: n + i } }));
  await Promise.all(ten);
  process.send?.(n + 10);
}
process.disconnect?.();
