/** What REDIS_URL may say: one server (redis://, rediss://), or the sentinels that know which server leads (redis+sentinel://). */
type Sentinels = {
  sentinels: { host: string; port: number }[];
  name: string;
  username?: string;
  password?: string;
  sentinelPassword?: string;
  db?: number;
  tls?: Record<string, never>;
  enableTLSForSentinelMode?: boolean;
};

const SENTINELS = /^(rediss?)\+sentinel:\/\/(?:([^:@/]*):([^@/]*)@)?([^@/?]+)\/([\w.-]+)(?:\/(\d+))?$/;
const HOST = /^([\w.-]+|\[[0-9a-fA-F:]+\])(?::(\d{1,5}))?$/;

/** The sentinels of the address, and how to sign in at the server they name; undefined where it names no sentinels properly. */
export function sentinelOptions(address: string): Sentinels | undefined {
  const [, scheme, username, password, hosts, name, db] = SENTINELS.exec(address) ?? [];
  const sentinels = hosts?.split(',').map((host) => {
    const [, named = '', port = '26379'] = HOST.exec(host) ?? [];
    return { host: named.replaceAll(/[[\]]/g, ''), port: Number(port) };
  });
  if (sentinels === undefined || name === undefined || sentinels.some(({ host }) => host === '')) return undefined;
  return {
    sentinels,
    name,
    ...(username ? { username: decodeURIComponent(username) } : {}),
    ...(password ? { password: decodeURIComponent(password), sentinelPassword: decodeURIComponent(password) } : {}),
    ...(db === undefined ? {} : { db: Number(db) }),
    ...(scheme === 'rediss' ? { tls: {}, enableTLSForSentinelMode: true } : {}),
  };
}
