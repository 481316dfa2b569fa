import type { Templates } from "hearth";
import type { Material } from "./fit";

/** What the document is meant to have at the most; and what is still taken. */
export const BUDGET = { tokens: 8_000, characters: 32_000, most: 38_400 } as const;

/** What the model is told and given. */
export interface Question {
  readonly rules: string;
  readonly matter: string;
}

/** How the model is told what to do; the same for the same templates. */
export const rulesOf = (templates: Templates, mark: string): string =>
  templates.render("compile-memory/rules", {
    mark,
    tokens: grouped(BUDGET.tokens),
    characters: grouped(BUDGET.characters),
  });

/** Each file stands between marks that are new each time, so that no text can close its place or open another. */
export function questionOf(templates: Templates, { pieces }: Material, today: string): Question {
  const mark = crypto.randomUUID().replaceAll("-", "");
  const files = pieces.map(({ file, text }) => ({
    mark,
    text,
    name: `memory/${file.name}`,
    day: file.day,
    characters: grouped(text.length),
  }));
  const matter = templates.render("compile-memory/files", {
    files,
    today,
    count: files.length,
    tokens: grouped(BUDGET.tokens),
    characters: grouped(BUDGET.characters),
  });
  return { rules: rulesOf(templates, mark), matter };
}

const grouped = (number: number): string => number.toLocaleString("en-US");
