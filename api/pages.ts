/**
 * The built live screen: its page, what makes it an app, and its assets. Nothing here knows of figures.
 * Invariant: what has no hash in its name is asked for anew each time, the service worker before all: an old one would keep old screens.
 */
import { existsSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import express, { Router } from 'express';

const UNHASHED = {
  '/': 'index.html',
  '/documents': 'index.html',
  '/sw.js': 'sw.js',
  '/manifest.webmanifest': 'manifest.webmanifest',
} as const;

/** Routes of the screen built into `folder`; none where it has not been built. */
export function screenPages(folder: string): Router {
  const router = Router();
  if (!existsSync(join(folder, 'index.html'))) return router;
  const packed = new Set(readdirSync(join(folder, 'assets')).filter((name) => name.endsWith('.br')));
  router.use('/assets', (request, response, next) => {
    // Packed when it was built, as tightly as can be: a device in the field pays by the byte.
    if (packed.has(`${request.path.slice(1)}.br`)) {
      response.vary('Accept-Encoding');
      if (request.acceptsEncodings('br')) {
        response.type(extname(request.path)).set('Content-Encoding', 'br');
        request.url = `${request.path}.br`;
      }
    }
    next();
  });
  router.use('/assets', express.static(join(folder, 'assets'), { immutable: true, maxAge: '1y', fallthrough: false }));
  for (const [path, file] of Object.entries(UNHASHED)) {
    router.get(path, (_request, response) => {
      response.sendFile(file, { root: folder, cacheControl: false, headers: { 'Cache-Control': 'no-cache' } });
    });
  }
  return router;
}
