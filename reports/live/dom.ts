/** Elements from text, never from HTML: a name with markup in it shows as text. */
type Attributes = Record<string, string | boolean | ((event: Event) => void)>;

export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: (Node | string | null)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Sets text only where it differs: nothing is laid out, or read aloud, anew for the same words. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A button that looks like a link or an icon; `name` is what it is called. */
export const button = (name: string, attributes: Attributes, ...children: (Node | string)[]): HTMLButtonElement =>
  el('button', { type: 'button', ...attributes }, ...(children.length > 0 ? children : [name]));
