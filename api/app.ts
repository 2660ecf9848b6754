/** The Express application: createApp(deps) → handler. Everything it needs is passed in. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { type Express } from 'express';
import helmet from 'helmet';
import type { ApiContext } from './context.ts';
import { notFound, problems } from './problem.ts';
import { dataQualityRoutes } from './routes/data_quality.ts';
import { dictionaryPages } from './routes/dictionary.ts';
import { figureRoutes } from './routes/figures.ts';
import { healthRoutes } from './routes/health.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { statisticsRoutes } from './routes/statistics.ts';
import { timelinessRoutes } from './routes/timeliness.ts';

export function createApp(context: ApiContext): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', 'simple');
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          connectSrc: ["'self'"],
          imgSrc: ["'self'", 'data:'],
          objectSrc: ["'none'"],
          baseUri: ["'none'"],
          formAction: ["'self'"],
          frameAncestors: ["'none'"],
        },
      },
      strictTransportSecurity: false,
    }),
  );
  app.use((request, response, next) => {
    const stop = context.metrics.requests.startTimer({ method: request.method });
    response.on('close', () => stop({ status: String(response.statusCode) }));
    next();
  });
  app.use(healthRoutes(context));
  app.use(
    '/api/v1',
    express.json({ limit: '64kb' }),
    sessionRoutes(context),
    figureRoutes(context),
    statisticsRoutes(context),
    dataQualityRoutes(context),
    timelinessRoutes(context),
  );
  app.use(dictionaryPages(context));
  if (existsSync(join(context.pages, 'index.html'))) {
    app.use(
      '/assets',
      express.static(join(context.pages, 'assets'), { immutable: true, maxAge: '1y', fallthrough: false }),
    );
    app.get('/', (_request, response) => {
      response.sendFile('index.html', {
        root: context.pages,
        cacheControl: false,
        headers: { 'Cache-Control': 'no-cache' },
      });
    });
  }
  app.use(notFound);
  app.use(problems(context.log));
  return app;
}
