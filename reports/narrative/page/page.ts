/** What the components of reports/site import as `$lib/page.js`: figures and charts as text, dictionary and navigation. */
export { units } from '../../../warehouse/kpis/format.ts';
export { drawCalendar, drawMap, drawMonths, drawParts, drawRanking, drawTrend } from './drawings.ts';
export { navigation, pathIn, placeOf, twinOf } from './navigation.ts';
export {
  dayOf,
  standingOf,
  tell,
  tellChange,
  tellDay,
  tellFigure,
  tellInstant,
  tellList,
  tellStatus,
  tellTarget,
} from './told.ts';
export { partName, say } from './words.ts';
