/** HTML as browsers and screen readers count on it: elements closed and nested as they may be, ids once, references that lead to one. */
import { HtmlValidate, StaticConfigLoader } from 'html-validate';

const rules = [
  ...['close-order', 'element-name', 'element-permitted-content', 'no-dup-attr', 'no-dup-id', 'no-missing-references'],
  ...['unrecognized-char-ref', 'void-content'],
];
const loader = new StaticConfigLoader({
  ...{ root: true, extends: [], elements: ['html5'] },
  rules: Object.fromEntries(rules.map((rule) => [rule, 'error'])),
});
// Resolving it anew for each page would take ten times as long as the page.
const resolved = loader.getConfigFor('page.html');
loader.getConfigFor = () => resolved;
const validator = new HtmlValidate(loader);

export function htmlFaults(html: string): string[] {
  if (!/^\s*<!doctype html>/i.test(html)) return ['no <!doctype html>'];
  const { results } = validator.validateStringSync(html);
  return results.flatMap(({ messages }) => messages.map(({ line, column, message }) => `${line}:${column} ${message}`));
}
