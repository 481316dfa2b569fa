import { z } from "zod";
import { HearthError } from "./errors";
import { didYouMean } from "./suggest";
import type { Path, Place } from "./toml";

/** Something wrong in a file that a person wrote. */
export interface Problem {
  readonly file: string;
  readonly place?: Place;
  /** What is wrong, whose it is, and what to do. */
  readonly text: string;
}

/** All that is wrong with the configuration, told at once. */
export class ConfigError extends HearthError {
  constructor(readonly problems: readonly Problem[]) {
    super("CONFIG", problems.map(showProblem).join("\n"));
  }
}

/** `config/home.toml:4:1  [plugins.search] has no setting "skipp". Did you mean "skip"?` */
const showProblem = ({ file, place, text }: Problem): string =>
  `${file}${place ? `:${place.line}:${place.column}` : ""}  ${text}`;

/** What a schema has against a value, as sentences with the path of the key each is about. */
export function complaints(schema: z.ZodType, error: z.ZodError, table: string): { path: Path; text: string }[] {
  return error.issues.flatMap(issue => {
    const where = [table, ...issue.path].filter(part => part !== "").join(".");
    if (issue.code !== "unrecognized_keys") return [{ path: issue.path, text: `${where}: ${issue.message}` }];
    const known = keysAt(schema, issue.path);
    return issue.keys.map(key => ({
      path: [...issue.path, key],
      text: `${where ? `[${where}]` : "the file"} has no setting "${key}".${didYouMean(key, known)}`,
    }));
  });
}

/** The keys that a schema knows at a path. */
function keysAt(schema: z.ZodType | undefined, path: Path): string[] {
  const bare = unwrap(schema);
  if (!bare) return [];
  const [head, ...rest] = path;
  if (bare instanceof z.ZodObject)
    return head === undefined ? Object.keys(bare.shape) : keysAt(bare.shape[String(head)] as z.ZodType, rest);
  if (bare instanceof z.ZodRecord && head !== undefined) return keysAt(bare.valueType as z.ZodType, rest);
  if (bare instanceof z.ZodArray && head !== undefined) return keysAt(bare.element as z.ZodType, rest);
  return [];
}

/** The schema under its defaults and optionals. */
function unwrap(schema: z.ZodType | undefined): z.ZodType | undefined {
  const inner = (schema?.def as { innerType?: z.ZodType } | undefined)?.innerType;
  return inner ? unwrap(inner) : schema;
}
