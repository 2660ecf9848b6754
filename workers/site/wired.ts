/** The renderers of the product, loaded by the process that builds and by nobody else. */
import { buildNarrative, narrativeReady } from '../../reports/narrative/build.ts';
import { changedUnits, renderUnits } from '../../reports/units/render_units.ts';
import type { SiteRenderers } from './renderers.ts';

export const renderers: SiteRenderers = { renderUnits, changedUnits, buildNarrative, narrativeReady };
