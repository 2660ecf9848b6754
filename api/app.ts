/** The Express application: createApp(deps) → handler. Everything it needs is passed in. */
import compression from 'compression';
import express, { type Express } from 'express';
import helmet from 'helmet';
import { auditRefusals } from './audit.ts';
import type { ApiContext } from './context.ts';
import { docsPage } from './docs_page.ts';
import { openApi } from './openapi.ts';
import { pageStyle } from './page.ts';
import { screenPages } from './pages.ts';
import { notFound, problems } from './problem.ts';
import { requests } from './requests.ts';
import { auditRoutes } from './routes/audit.ts';
import { dataQualityRoutes } from './routes/data_quality.ts';
import { deliveryRoutes } from './routes/deliveries.ts';
import { dictionaryPages } from './routes/dictionary.ts';
import { exportRoutes } from './routes/exports.ts';
import { figureRoutes } from './routes/figures.ts';
import { healthRoutes } from './routes/health.ts';
import { operatorRoutes } from './routes/operators.ts';
import { preferencesRoutes } from './routes/preferences.ts';
import { registerRoutes } from './routes/register.ts';
import { reportProblems, reportRoutes } from './routes/reports.ts';
import { screenRoutes } from './routes/screen.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { statisticsRoutes } from './routes/statistics.ts';
import { timelinessRoutes } from './routes/timeliness.ts';
import { verifyRoutes } from './routes/verify.ts';
import { sameOrigin } from './same_origin.ts';

const HSTS = { maxAge: 365 * 86_400, includeSubDomains: false };
const MAX_URL = 4_096;

export function createApp(context: ApiContext): Express {
  const { config } = context;
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', 'simple');
  app.set('trust proxy', trustedProxies(config.TRUST_PROXY));
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
      // Over plain HTTP browsers ignore it; behind a proxy or with an own certificate it holds.
      strictTransportSecurity: config.TLS_CERT_FILE !== undefined || config.TRUST_PROXY !== undefined ? HSTS : false,
    }),
  );
  app.use(requests(context, MAX_URL));
  // Probes are asked before anything that could refuse or wait.
  app.use(healthRoutes(context));
  app.use(context.limits.requests, compression({ threshold: 1_024, level: 4 }));
  const document = openApi();
  const docs = docsPage(document);
  app.get('/openapi.json', (_request, response) => void response.json(document));
  app.get('/docs', (_request, response) => void response.type('html').send(docs));
  app.get('/page.css', (_request, response) => void response.type('css').send(pageStyle));
  app.use(operatorRoutes(context));
  app.use(verifyRoutes(context));
  app.use(
    '/api/v1',
    sameOrigin(config.PUBLIC_URL),
    express.json({ limit: '64kb' }),
    sessionRoutes(context),
    figureRoutes(context),
    statisticsRoutes(context),
    dataQualityRoutes(context),
    exportRoutes(context),
    registerRoutes(context),
    deliveryRoutes(context),
    auditRoutes(context),
    timelinessRoutes(context),
    screenRoutes(context),
    preferencesRoutes(context),
  );
  app.use(dictionaryPages(context));
  app.use(reportRoutes(context));
  app.use(screenPages(context.pages));
  app.use(notFound);
  app.use(auditRefusals(context.audit, context.log));
  app.use('/reports', reportProblems(context));
  app.use(problems(context.log));
  return app;
}

/** TRUST_PROXY: a number of hops, or addresses and networks separated by commas; nobody by default. */
export function trustedProxies(setting: string | undefined): number | string[] | false {
  if (setting === undefined) return false;
  return /^\d+$/.test(setting) ? Number(setting) : setting.split(',').map((part) => part.trim());
}
