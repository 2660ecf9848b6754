/** Every route there is: what is not listed here is not served (tests/path/contract.test.ts). */
import type { Contract } from './contract.ts';
import { dataQuality } from './data_quality.ts';
import { documents } from './documents.ts';
import { exports } from './exports.ts';
import { figures } from './figures.ts';
import { platform } from './platform.ts';
import { screen } from './screen.ts';
import { statistics } from './statistics.ts';

export const contracts: readonly Contract[] = [
  ...figures,
  ...statistics,
  ...dataQuality,
  ...exports,
  ...documents,
  ...screen,
  ...platform,
];

const byRoute = new Map(contracts.map((contract) => [`${contract.method} ${contract.path}`, contract]));

/** The contract of an Express route, `/kpis/:kpi/series` mounted under a base. */
export function contractOf(method: string, base: string, path: string): Contract | undefined {
  return byRoute.get(`${method.toLowerCase()} ${base}${path.replaceAll(/[:*](\w+)/g, '{$1}')}`);
}
