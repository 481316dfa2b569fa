import { type AilmentSource, type Kept, kept } from "hearth";
import type { Problem } from "./shapes";

/** What ails the home, of all who know something; newest first. */
export const problemsOf = (sources: readonly AilmentSource[]): Problem[] =>
  sources
    .flatMap(source => source.list().map(({ path, problem, since }) => ({ source: source.id, path, problem, since })))
    .sort((a, b) => b.since.localeCompare(a.since) || a.path.localeCompare(b.path));

/** The same as an answer that can be kept. */
export const keptProblems = (sources: readonly AilmentSource[]): Kept => kept({ problems: problemsOf(sources) });

/** The same for people, a problem a line. */
export function problemsText(problems: readonly Problem[]): string {
  if (problems.length === 0) return "nothing ails the home";
  const width = Math.max(...problems.map(({ path }) => path.length));
  return problems
    .map(({ source, path, problem, since }) => `${path.padEnd(width)}  ${problem}  (${source}, since ${since})`)
    .join("\n");
}
