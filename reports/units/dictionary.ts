/** The definitions of a site that is published by itself: where names of numbers lead, when there is no application beside it. */
import { units } from '../../warehouse/kpis/format.ts';
import type { Files } from './files.ts';
import { html, withoutMarkers } from './markup.ts';
import { told } from './measures.ts';
import { addressOf, shows, type View } from './view.ts';

export async function writeDictionary(files: Files, view: View): Promise<void> {
  const { language, words, assets, base } = view;
  const folder = `${language === 'en' ? 'en/' : ''}kamus/`;
  const other = language === 'id' ? 'en/kamus/' : 'kamus/';
  const entries = told
    .filter((kpi) => shows(view, 'national', kpi.owner))
    .map(
      (kpi) =>
        html`<div id="${kpi.id}"><dt>${kpi.name[language]} <small>${units[kpi.unit].name[language]}</small></dt><dd>${kpi.definition[language]}</dd></div>`,
    );
  const body = html`<header class="top"><a class="brand" href="${addressOf(view, 'national', '')}">Lumbung</a><a href="${base}/${other}" hreflang="${language === 'id' ? 'en' : 'id'}">${words.other}</a></header><main id="main"><h1>${words.dictionary}</h1><dl class="dictionary">${entries}</dl></main>`;
  const head = html`<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${words.dictionary} · Lumbung</title><link rel="icon" href="data:,"><link rel="stylesheet" href="${assets.style}">`;
  const text = `<!doctype html>\n<html lang="${language}"><head>${head.html}</head><body>${body.html}</body></html>\n`;
  await files.write(`${folder}index.html`, withoutMarkers(text));
}
