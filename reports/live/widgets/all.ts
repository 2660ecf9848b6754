/** Every widget by its id. */

import { BOARDS, type Board } from '../../design/boards.ts';
import type { Desk, Widget, WidgetId } from '../widget.ts';
import { attention } from './attention.ts';
import { calendarWidget } from './calendar.ts';
import { cardBoard } from './cards.ts';
import { flow } from './flow.ts';
import { insights } from './insights.ts';
import { trend } from './trend.ts';
import { unitsList } from './units.ts';
import { where } from './where.ts';

const makers: Readonly<Record<Exclude<WidgetId, Board>, (desk: Desk) => Widget>> = {
  attention,
  flow,
  where,
  trend,
  calendar: calendarWidget,
  insights,
  units: unitsList,
};
const isBoard = (id: WidgetId): id is Board => (BOARDS as readonly string[]).includes(id);

export const makeWidget = (desk: Desk, id: WidgetId): Widget => (isBoard(id) ? cardBoard(desk, id) : makers[id](desk));
