/** Prometheus metrics of the API; names are listed in docs/metrics.md. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'lumbung_' });
  const registers = [registry];
  return {
    registry,
    sockets: new Gauge({ name: 'lumbung_sockets', help: 'Open WebSocket connections', registers }),
    cache: new Counter({
      name: 'lumbung_cache_requests_total',
      help: 'Cached answers by result',
      labelNames: ['result'] as const,
      registers,
    }),
    requests: new Histogram({
      name: 'lumbung_request_seconds',
      help: 'Duration of API requests',
      labelNames: ['method', 'status'] as const,
      buckets: [0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10],
      registers,
    }),
  };
}
