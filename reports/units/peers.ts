/**
 * A kitchen beside the thirty of its island group nearest to it in size: quartiles, and whether it does better than most. Which they are is not told.
 * Invariant: the same as `/peers` answers (warehouse/queries/ranking.ts); fewer than five tell nothing.
 */
import type { Kpi } from '../../warehouse/kpis/kpi.ts';
import { kpiValue } from '../../warehouse/kpis/registry.ts';
import type { Kitchen } from '../../warehouse/queries/units/listing.ts';
import { grouped } from './grouped.ts';
import { peered } from './measures.ts';
import type { Programme } from './programme.ts';

const PEERS = 30;
const PEERS_MINIMUM = 5;
export type Peered = {
  kpi: Kpi;
  own: number | null;
  peers: { kitchens: number; low: number; median: number; high: number; betterThan: number | null } | null;
};
/** Kitchens of an island group by size; those of one size by id. */
type Sizes = { sizes: readonly number[]; of: ReadonlyMap<string, readonly Kitchen[]> };

export function createPeers(programme: Programme): (kitchen: Kitchen) => Peered[] {
  const counted = programme.kitchens.filter(({ demo, status }) => !demo && status === 'ACTIVE');
  const regions = new Map(
    [...grouped(counted, ({ region }) => region)].map(([region, kitchens]): [string, Sizes] => {
      const of = grouped(kitchens, ({ size }) => String(size));
      return [region, { sizes: [...of.keys()].map(Number).sort((a, b) => a - b), of }];
    }),
  );
  const rateOf = (kpi: Kpi, id: string) => {
    const [num, den] = programme.sumsOf('sppg', id)[kpi.id] ?? [null, null];
    return kpiValue(kpi, num, den);
  };
  return (kitchen) => {
    const alike = nearest(regions.get(kitchen.region), kitchen);
    return peered.map((kpi) => {
      const others = alike.flatMap(({ id }) => rateOf(kpi, id) ?? []).sort((a, b) => a - b);
      const own = rateOf(kpi, kitchen.id);
      if (others.length < PEERS_MINIMUM) return { kpi, own, peers: null };
      const at = (share: number) => others[Math.round((others.length - 1) * share)] ?? 0;
      const worse = others.filter((other) =>
        kpi.direction === 'down' ? other > (own ?? 0) : other < (own ?? 0),
      ).length;
      const judged = own !== null && (kpi.direction === 'up' || kpi.direction === 'down');
      const betterThan = judged ? worse / others.length : null;
      return {
        kpi,
        own,
        peers: { kitchens: others.length, low: at(0.25), median: at(0.5), high: at(0.75), betterThan },
      };
    });
  };
}

/** Outward from its own size, one distance after the other; of one distance the lowest ids. */
function nearest(region: Sizes | undefined, kitchen: Kitchen): Kitchen[] {
  if (region === undefined) return [];
  const { sizes, of } = region;
  let above = sizes.findIndex((size) => size >= kitchen.size);
  if (above === -1) above = sizes.length;
  let below = above - 1;
  const found: Kitchen[] = [];
  while (found.length < PEERS && (below >= 0 || above < sizes.length)) {
    const down = below >= 0 ? kitchen.size - (sizes[below] ?? 0) : Number.POSITIVE_INFINITY;
    const up = above < sizes.length ? (sizes[above] ?? 0) - kitchen.size : Number.POSITIVE_INFINITY;
    const layer = [
      ...(down <= up ? (of.get(String(sizes[below--])) ?? []) : []),
      ...(up <= down ? (of.get(String(sizes[above++])) ?? []) : []),
    ];
    found.push(...layer.filter(({ id }) => id !== kitchen.id).sort((a, b) => (a.id < b.id ? -1 : 1)));
  }
  return found.slice(0, PEERS);
}
