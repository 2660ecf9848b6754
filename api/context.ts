/** Everything routes and the live channel need, passed in by whoever creates the application. */
import type { Audit } from '../platform/audit.ts';
import type { Config } from '../platform/config.ts';
import type { Logger } from '../platform/log.ts';
import type { Redis } from '../platform/redis.ts';
import type { Claims } from '../platform/tokens.ts';
import type { Warehouse } from '../warehouse/client.ts';
import type { Cache } from './cache.ts';
import type { FreshnessSource } from './freshness.ts';
import type { Limits } from './limits.ts';
import type { Metrics } from './metrics.ts';
import type { Places } from './places.ts';
import type { Provider } from './provider.ts';
import type { SiteReleases } from './reports/releases.ts';

export type ApiContext = {
  warehouse: Warehouse;
  redis: Redis;
  log: Logger;
  config: Config;
  /** Signs and seals what the pages' cookies hold. */
  secret: Uint8Array;
  /** The claims of a token or key; `unauthenticated` when it is not valid. */
  verify(token: string): Promise<Claims>;
  /** Sign-in with an OIDC provider, where one is configured. */
  provider: Provider | undefined;
  /** The pages are reached over TLS, whoever ends it. */
  secureCookies: boolean;
  audit: Audit;
  /** The source is the embedded demo programme. */
  demo: boolean;
  cache: Cache;
  freshness: FreshnessSource;
  places: Places;
  limits: Limits;
  metrics: Metrics;
  /** Seconds between two polls of a source that is only asked (SYNC_MODE=schedule); undefined where it streams. */
  pollSeconds: number | undefined;
  /** Days after which a day is final whether its reports are complete or not. */
  graceDays: number;
  /** Folder of the built live screen. */
  pages: string;
  /** The release of the report site that is served. */
  site: SiteReleases;
  /** True from the moment the process was asked to stop: what is running ends, new work goes elsewhere. */
  stopping(): boolean;
};
