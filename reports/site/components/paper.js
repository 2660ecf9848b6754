// The document charts are drawn into where there is no page: pages are made on a server.
import { parseHTML } from 'linkedom';

export const paper = parseHTML('<!doctype html><html><body></body></html>').document;
