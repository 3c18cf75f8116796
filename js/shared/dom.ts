/** Elements built from text and a short list of safe properties: no value can become markup, a script or a style. */

export type Child = Node | string | number | null | undefined | false | readonly Child[];

type Unsafe =
  | "base"
  | "embed"
  | "frame"
  | "iframe"
  | "link"
  | "meta"
  | "object"
  | "script"
  | "style"
  | "template";
export type Tag = Exclude<keyof HTMLElementTagNameMap, Unsafe>;

type Handlers = {
  [Name in keyof HTMLElementEventMap as `on${Capitalize<Name>}`]?: (event: HTMLElementEventMap[Name]) => void;
};

type Attribute = string | number | boolean | undefined;

export type Properties = Handlers & {
  /** Written as `data-*`. */
  dataset?: Record<string, string | number>;
  /** Style by our variables only: the rules stay in the style sheets. */
  style?: Record<`--cm-${string}`, number | `var(--cm-${string})`>;
  /** Only http, https and blob addresses are taken; they open in a new tab unless `download` is set. */
  href?: string;
  disabled?: boolean;
  checked?: boolean;
  hidden?: boolean;
  multiple?: boolean;
  value?: string | number;
  [aria: `aria-${string}`]: Attribute;
} & Partial<
    Record<
      | "accept"
      | "autocomplete"
      | "class"
      | "colspan"
      | "datetime"
      | "download"
      | "for"
      | "height"
      | "id"
      | "max"
      | "min"
      | "name"
      | "placeholder"
      | "role"
      | "rowspan"
      | "scope"
      | "spellcheck"
      | "step"
      | "tabindex"
      | "title"
      | "type"
      | "width",
      Attribute
    >
  >;

const attributes = new Set(
  (
    "accept autocomplete class colspan datetime download for height id max min name placeholder role rowspan " +
    "scope spellcheck step tabindex title type width"
  ).split(" "),
);
const liveProperties = new Set(["disabled", "checked", "hidden", "multiple", "value"]);

export function h<Name extends Tag>(
  tag: Name,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(tag);
  // Children first: a <select> takes its value only when its options are there.
  append(element, children);
  for (const [name, value] of Object.entries(properties)) {
    if (value !== undefined) apply(element, name, value);
  }
  return element;
}

/** A style sheet from the bundle, never from data. */
export function styleSheet(text: string): HTMLStyleElement {
  const element = document.createElement("style");
  element.textContent = text;
  return element;
}

function append(parent: Node, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (typeof child === "object" && !(child instanceof Node)) append(parent, child);
    else parent.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

function apply(element: HTMLElement, name: string, value: unknown): void {
  if (name.startsWith("on")) {
    element.addEventListener(name.slice(2).toLowerCase(), value as EventListener);
  } else if (name === "dataset") {
    for (const [key, item] of Object.entries(value as object)) element.dataset[key] = String(item);
  } else if (name === "style") {
    for (const [key, item] of Object.entries(value as object)) element.style.setProperty(key, String(item));
  } else if (name === "href") {
    link(element, String(value));
  } else if (liveProperties.has(name)) {
    Object.assign(element, { [name]: value });
  } else if (attributes.has(name) || name.startsWith("aria-")) {
    element.setAttribute(name, String(value));
  } else {
    throw new TypeError(`<${element.localName}> takes no property "${name}" here.`);
  }
}

function link(element: HTMLElement, address: string): void {
  if (!/^(https?|blob):/i.test(address)) throw new TypeError(`Not a web address: ${address}`);
  element.setAttribute("href", address);
  element.setAttribute("rel", "noopener noreferrer");
  element.setAttribute("target", "_blank");
}
