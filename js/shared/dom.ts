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

type Named<Selector> = Selector extends `${infer Name}.${string}` ? Name : Selector;

/** An element by its tag and classes, as in `h("p.cm-note", { role: "status" }, "Loading …")`; the properties may be left out. */
export function h<Selector extends Tag | `${Tag}.${string}`>(
  selector: Selector,
  ...contents: [Properties, ...Child[]] | Child[]
): HTMLElementTagNameMap[Named<Selector> & Tag];
export function h(selector: string, first?: Properties | Child, ...rest: Child[]): HTMLElement {
  const [tag = "", ...classes] = selector.split(".");
  const element = document.createElement(tag);
  if (classes.length > 0) element.className = classes.join(" ");
  const hasProperties = areProperties(first);
  // Children first: a <select> takes its value only when its options are there.
  append(element, hasProperties ? rest : [first, ...rest]);
  if (hasProperties) set(element, first);
  return element;
}

function areProperties(first: Properties | Child): first is Properties {
  return typeof first === "object" && first !== null && !Array.isArray(first) && !(first instanceof Node);
}

/** Sets what `h` takes, on an element that is there. */
export function set(element: HTMLElement, properties: Properties): void {
  for (const [name, value] of Object.entries(properties)) {
    if (value !== undefined) apply(element, name, value);
  }
}

/** Shows words, or what an error says; the same words are left alone, for a screen reader would say them again. */
export function say(element: HTMLElement, words: unknown): void {
  const text = messageOf(words);
  if (element.textContent !== text) element.textContent = text;
}

export function messageOf(words: unknown): string {
  return words instanceof Error ? words.message : String(words);
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
