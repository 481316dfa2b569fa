/** A line with which `bun test` ends what it says of one test. */
const ENDED = /^\((pass|fail|skip|todo)\) /;
const STRAY = "# Unhandled error between tests";
/** With this it begins to name them all once more. */
const SUMMARY = /^\d+ tests? failed:$/;

/**
 * What `bun test` said of the tests that failed, and of errors that came between two tests: each with the lines before it.
 * @param said all that it wrote, standard output before standard error
 */
export function failuresIn(said: string): string[] {
  const failures: string[] = [];
  let lines: string[] = [];
  for (const line of said.split("\n")) {
    if (SUMMARY.test(line)) break;
    lines.push(line);
    if (!ENDED.test(line)) continue;
    if (line.startsWith("(fail)") || lines.includes(STRAY)) failures.push(lines.join("\n").trim());
    lines = [];
  }
  if (lines.includes(STRAY)) failures.push(lines.join("\n").trim());
  return failures;
}
