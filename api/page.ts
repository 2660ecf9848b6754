/** The frame of pages made here: one document, one style sheet from the same origin, no script. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

export function page(title: string, body: string, language = 'en'): string {
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><link rel="stylesheet" href="/page.css"></head>
<body><main><h1>${escapeHtml(title)}</h1>${body}</main></body></html>`;
}

export const pageStyle = `:root{color-scheme:light dark;--line:#8884}
body{font:16px/1.5 system-ui,sans-serif;margin:0}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}h3{font-size:1rem}
details{border-top:1px solid var(--line);padding:.5rem 0}summary{cursor:pointer}summary span{display:block}
code,pre{font-family:ui-monospace,monospace;font-size:.9em}pre{overflow:auto;border:1px solid var(--line);padding:.75rem}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid var(--line);padding:.3rem .75rem .3rem 0;text-align:left;vertical-align:top}
.good{color:#157347}.bad{color:#b02a37}@media(prefers-color-scheme:dark){.good{color:#75d6a1}.bad{color:#f1838d}}
`;
