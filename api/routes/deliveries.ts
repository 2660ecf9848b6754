/** Schedules of deliveries and their ledger, for who runs them. The national scope is needed: a schedule serves many recipients. */
import { Router } from 'express';
import { LumbungError } from '../../platform/errors.ts';
import { DELIVER, openQueue, requestDelivery } from '../../platform/queues.ts';
import { listDeliveries, readDelivery } from '../../warehouse/deliveries/ledger.ts';
import {
  dueTimes,
  listSchedules,
  readSchedule,
  scheduleInput,
  writeSchedule,
} from '../../warehouse/deliveries/schedules.ts';
import { demandTarget } from '../../warehouse/deliveries/targets.ts';
import { isRole, may } from '../../warehouse/permissions.ts';
import { parseScope } from '../../warehouse/scopes.ts';
import { authenticate, demandNational } from '../access.ts';
import { requestEvent } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { deliveriesInput } from '../inputs.ts';
import { unitNames } from '../places.ts';

export function deliveryRoutes({ warehouse, verify, places, audit, config, redis }: ApiContext): Router {
  const unitOf = unitNames(places);
  const router = Router();
  const queue = openQueue(DELIVER, redis);
  queue.on('error', () => undefined); // the ledger keeps what is under way
  const enter = async (request: Parameters<typeof authenticate>[1]) => {
    const claims = await authenticate(verify, request);
    demandNational(claims, 'delivery');
    return claims;
  };

  router.get('/schedules', async (request, response) => {
    await enter(request);
    const now = new Date();
    const schedules = (await listSchedules(warehouse)).map((schedule) => ({
      ...schedule,
      next: dueTimes(schedule, now).next,
    }));
    response.set('Cache-Control', 'no-store').json({ schedules });
  });

  router.put('/schedules', async (request, response) => {
    const claims = await enter(request);
    const schedule = scheduleInput.parse(request.body);
    for (const { target, role, scope, each } of schedule.recipients) {
      demandTarget(target, config);
      if (!isRole(role) || !may(role, 'exports', each ?? parseScope(scope).level))
        throw new LumbungError('bad_input', `role ${role} gets no documents of ${each ?? scope}`);
    }
    await audit.append({
      ...requestEvent(request, claims),
      action: 'schedule_saved',
      detail: { schedule: schedule.id },
    });
    await writeSchedule(warehouse, schedule, claims.sub);
    response.json({ ...(await readSchedule(warehouse, schedule.id)), next: dueTimes(schedule, new Date()).next });
  });

  router.delete('/schedules/:id', async (request, response) => {
    const claims = await enter(request);
    const schedule = await readSchedule(warehouse, request.params.id);
    if (schedule === undefined) throw new LumbungError('not_found', 'there is no such schedule');
    await audit.append({
      ...requestEvent(request, claims),
      action: 'schedule_removed',
      detail: { schedule: schedule.id },
    });
    const { version: _version, changedBy: _by, changedAt: _at, ...plain } = schedule;
    await writeSchedule(warehouse, plain, claims.sub, true);
    response.status(204).end();
  });

  router.get('/deliveries', async (request, response) => {
    const claims = await enter(request);
    const { schedule, limit } = deliveriesInput.parse(request.query);
    const listed = await listDeliveries(warehouse, schedule, limit);
    const deliveries = await Promise.all(
      listed.map(async (one) => ({ ...one, unit: await unitOf(claims, one.scope) })),
    );
    response.set('Cache-Control', 'no-store').json({ deliveries });
  });

  router.post('/deliveries/:id/again', async (request, response) => {
    const claims = await enter(request);
    const delivery = await readDelivery(warehouse, request.params.id);
    if (delivery === undefined) throw new LumbungError('not_found', 'there is no such delivery');
    await audit.append({
      ...requestEvent(request, claims),
      action: 'delivery_again',
      detail: { delivery: delivery.id, state: delivery.state },
    });
    await requestDelivery(queue, { kind: 'again', id: delivery.id });
    response.status(202).json({ ...delivery, unit: await unitOf(claims, delivery.scope) });
  });

  return router;
}
