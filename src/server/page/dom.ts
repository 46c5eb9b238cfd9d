type Child = Node | string | number | null | undefined | false

type Properties = Record<string, string | number | boolean | undefined | ((event: Event) => void)>

/** Attributes as given (false and undefined: none), functions as listeners of the event that they are named after. */
function fill<E extends Element>(element: E, properties: Properties, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'function') element.addEventListener(name, value)
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value))
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false).map(asNode))
  return element
}

const asNode = (child: Child): Node | string => (child instanceof Node ? child : String(child))

/** An element. Texts become text nodes, never markup. */
export const h = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] => fill(document.createElement(tag), properties, children)

export const svg = <K extends keyof SVGElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: Child[]
): SVGElementTagNameMap[K] => fill(document.createElementNS('http://www.w3.org/2000/svg', tag), properties, children)

/** The element of the page with that id. */
export function part<E extends HTMLElement = HTMLElement>(id: string): E {
  return document.getElementById(id) as E
}

export const count = (n: number): string => n.toLocaleString('en-US')
export const price = (x: number | null | undefined): string => (x === null || x === undefined ? '' : x.toFixed(2))
export const digits = (x: number): string => (x !== 0 && Math.abs(x) < 0.0001 ? x.toExponential(1) : x.toPrecision(3))
export const plural = (n: number, one: string): string => `${count(n)} ${one}${n === 1 ? '' : 's'}`

/** A link to the page of a user, item or advertiser. */
export const to = (kind: Kind, id: string, text?: string | null): HTMLAnchorElement =>
  h('a', { href: `#${kind}=${encodeURIComponent(id)}` }, text ?? id)

export type Kind = 'user' | 'item' | 'advertiser'
