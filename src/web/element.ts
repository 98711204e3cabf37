/** The element of the page with that id. Throws when it is not there or of another kind: then page and modules do not fit. */
export function byId<T extends Element>(id: string, type: abstract new () => T): T {
  return checkType(document.getElementById(id), type, `#${id}`)
}

/** The first element inside another one that a selector finds. */
export function within<T extends Element>(parent: ParentNode, selector: string, type: abstract new () => T): T {
  return checkType(parent.querySelector(selector), type, selector)
}

function checkType<T extends Element>(found: Element | null, type: abstract new () => T, name: string): T {
  if (found instanceof type) return found
  throw new TypeError(`The page has no ${name}.`)
}

/** A new element with a class (none when empty) and children. */
export function create<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  if (className !== '') element.className = className
  element.append(...children)
  return element
}

/** A new SVG element with attributes. */
export function createSvg(tag: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value))
  return element
}
