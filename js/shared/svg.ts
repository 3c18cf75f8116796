/** Elements of a picture made of lines, which take their colours from a style sheet. */

const namespace = "http://www.w3.org/2000/svg";

export function svg<Name extends "svg" | "path">(
  name: Name,
  attributes: Record<string, string>,
): SVGElementTagNameMap[Name] {
  const element = document.createElementNS(namespace, name);
  for (const [key, text] of Object.entries(attributes)) element.setAttribute(key, text);
  return element;
}
