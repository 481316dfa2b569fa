import { type AST, getStaticTOMLValue, ParseError, parseTOML } from "toml-eslint-parser";

/** Where something stands in a file; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What went wrong while reading, and where. */
export class TomlError extends Error {
  constructor(
    message: string,
    readonly place: Place,
  ) {
    super(message);
  }
}

/** The keys that lead to a value, from the outermost. */
export type Path = readonly PropertyKey[];

/** A TOML file that remembers where each key stands. */
export interface Toml {
  readonly value: Record<string, unknown>;
  /** The place of a key, or of the nearest table around it. */
  place(path: Path): Place;
}

/** Reads TOML 1.0, strictly: a key or a table that stands twice is an error. @throws TomlError for the first error of syntax */
export function readToml(text: string): Toml {
  const places = new Map<string, Place>();
  const ast = parse(text);
  for (const node of ast.body[0].body) note(node, [], places);
  const nearest = (path: Path): Place =>
    places.get(keyOf(path)) ?? (path.length === 0 ? { line: 1, column: 1 } : nearest(path.slice(0, -1)));
  return { value: getStaticTOMLValue(ast) as Record<string, unknown>, place: nearest };
}

function parse(text: string): AST.TOMLProgram {
  try {
    return parseTOML(text, { tomlVersion: "1.0" });
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new TomlError(error.message, { line: error.lineNumber, column: error.column + 1 });
  }
}

const keyOf = (path: Path) => JSON.stringify(path);

/** Notes the place of a key or table, and of all that stands in it. */
function note(
  node: AST.TOMLTable | AST.TOMLKeyValue | AST.TOMLContentNode,
  at: Path,
  places: Map<string, Place>,
): void {
  const place = { line: node.loc.start.line, column: node.loc.start.column + 1 };
  const put = (path: Path) => {
    if (path.includes("__proto__")) throw new TomlError('"__proto__" cannot be a key', place);
    places.set(keyOf(path), place);
  };
  if (node.type === "TOMLTable") {
    put(node.resolvedKey);
    for (const child of node.body) note(child, node.resolvedKey, places);
  } else if (node.type === "TOMLKeyValue") {
    const path = [...at, ...node.key.keys.map(key => (key.type === "TOMLBare" ? key.name : key.value))];
    put(path);
    note(node.value, path, places);
  } else if (node.type === "TOMLInlineTable") for (const child of node.body) note(child, at, places);
  else if (node.type === "TOMLArray")
    node.elements.forEach((child, index) => {
      note(child, [...at, index], places);
    });
}
