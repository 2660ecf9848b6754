/** The renderers of the product, loaded by the process that builds and by nobody else. */
import type { SiteRenderers } from './renderers.ts';

export const renderers: SiteRenderers = {
  renderUnits: () => Promise.reject(new Error('not wired')),
  changedUnits: () => Promise.reject(new Error('not wired')),
  buildNarrative: () => Promise.reject(new Error('not wired')),
  narrativeReady: () => false,
};
