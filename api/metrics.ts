/** Prometheus metrics of the API; names are listed in docs/metrics.md. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'lumbung_' });
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name: `lumbung_${name}`, help, labelNames, registers });
  const gauge = (name: string, help: string) => new Gauge({ name: `lumbung_${name}`, help, registers });
  const seconds = <Label extends string>(name: string, help: string, buckets: number[], ...labelNames: Label[]) =>
    new Histogram({ name: `lumbung_${name}`, help, buckets, labelNames, registers });
  return {
    registry,
    requests: seconds(
      'request_seconds',
      'Duration of API requests',
      [0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10],
      'method',
      'route',
      'status',
    ),
    limited: counter('rate_limited_total', 'Requests refused by the rate limit', 'by'),
    hungUp: counter('clients_gone_total', 'Streams whose client went away; their queries were stopped'),
    cache: {
      requests: counter('cache_requests_total', 'Cached answers by result', 'result'),
      fill: seconds('cache_fill_seconds', 'Time to compute an answer that was not held', [0.01, 0.05, 0.2, 1, 5, 30]),
      age: seconds('cache_age_seconds', 'Age of answers when they are served', [1, 5, 30, 120, 300, 3_600]),
      bytes: gauge('cache_bytes', 'Bytes of answers this process holds'),
    },
    live: {
      sockets: gauge('sockets', 'Open WebSocket connections'),
      subscriptions: gauge('live_subscriptions', 'Channels subscribed to, over all sockets'),
      frames: counter('live_frames_total', 'Frames sent, by type', 'type'),
      coalesced: counter('live_coalesced_total', 'Updates merged into a newer one because a client was slow'),
      closed: counter('live_closed_total', 'Sockets closed by the server, by reason', 'reason'),
      delay: seconds('live_delay_seconds', 'From the commit in the source to the frame', [0.1, 0.2, 0.5, 1, 2, 5, 30]),
    },
  };
}
