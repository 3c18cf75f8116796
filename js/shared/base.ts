/** What every panel uses: built once, and put in front of each of them. */
export * from "./card";
export * from "./clipboard";
export * from "./controls";
export * from "./dom";
export * from "./format";
export * from "./frame";
export * from "./messages";
export * from "./panel";
export * from "./progress";
export * from "./svg";
export * from "./theme";
