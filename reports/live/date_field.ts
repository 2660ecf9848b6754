/**
 * A field for a day, told in the language of the screen: a browser writes dates in its own.
 * Invariant: it is the browser's field, with its calendar and its keys; only at rest does our text stand over what it writes.
 */
import { el } from './dom.ts';
import { dateText } from './figure.ts';

export type DateField = {
  element: HTMLElement;
  input: HTMLInputElement;
  /** Shows a day, unless somebody is choosing another. */
  show(day: string): void;
};

export function dateField(attributes: Record<string, string | boolean | ((event: Event) => void)>): DateField {
  const input = el('input', { ...attributes, type: 'date' });
  const element = el('span', { class: 'date' }, input);
  const tell = () => {
    element.dataset.text = input.value === '' ? '' : dateText(input.value);
  };
  input.addEventListener('input', tell);
  input.addEventListener('change', tell);
  return {
    element,
    input,
    show(day) {
      if (document.activeElement === input) return;
      input.value = day;
      tell();
    },
  };
}
