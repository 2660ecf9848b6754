/** The document charts are drawn in where there is no page. linkedom: of those tried it draws Plot's fastest (npm run bench -- site). */
import { parseHTML } from 'linkedom';

export const serverDocument = (): Document =>
  parseHTML('<!doctype html><html><body></body></html>').document as unknown as Document;
