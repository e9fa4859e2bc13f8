const SVG = "http://www.w3.org/2000/svg";

type Child = Node | string | undefined;
type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element of HTML; attributes that are undefined are left out. */
export function html(tag: string, attributes: Attributes = {}, ...children: Child[]): HTMLElement {
  return filled(document.createElement(tag), attributes, children);
}

/** An element of SVG. */
export function svg(tag: string, attributes: Attributes = {}, ...children: Child[]): SVGElement {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled<Kind extends Element>(
  element: Kind,
  attributes: Attributes,
  children: readonly Child[],
): Kind {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/**
 * Makes the children of `old` like those of `fresh`, and does not touch what is alike already. So a
 * focus, a selection or an open table stays while numbers change around it.
 */
export function morph(old: Element, fresh: Element): void {
  const [olds, freshes] = [[...old.childNodes], [...fresh.childNodes]];
  for (const [i, node] of freshes.entries()) {
    const before = olds[i];
    if (before === undefined) old.append(node);
    else if (before instanceof Element && node instanceof Element && isAlike(before, node)) {
      copyAttributes(before, node);
      morph(before, node);
    } else if (!before.isEqualNode(node)) before.replaceWith(node);
  }
  for (const node of olds.slice(freshes.length)) node.remove();
}

function isAlike(old: Element, fresh: Element): boolean {
  return old.tagName === fresh.tagName && old.namespaceURI === fresh.namespaceURI;
}

function copyAttributes(old: Element, fresh: Element): void {
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const name of old.getAttributeNames()) {
    // The reader decides whether a table is open.
    if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  }
}
