/**
 * All checks: types, format and lint, then the tests, two processes at a time: first those that run in one process, some files together,
 * then those that start whole daemons, each file alone. What failed is told once more at the end.
 * The last line is `N passed, N failed`, where each check counts as one; the exit code is 1 when anything failed.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { failuresIn } from "./failures";

/** Files of tests in one process: more of them spare the start of it, fewer leave no core idle at the end. */
const TOGETHER = 24;
const LANES = 2;

const root = join(import.meta.dir, "..");
const scratch = mkdtempSync(join(tmpdir(), "hearth-run-"));
const bun = process.execPath;

/** Nothing of the caller's surroundings reaches the tests: no key, no login, no settings. */
const env = {
  PATH: process.env["PATH"] ?? "",
  HOME: scratch,
  TMPDIR: tmpdir(),
  LANG: "C.UTF-8",
  ...(process.env["CI"] && { CI: process.env["CI"] }),
};

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What was said of what failed. */
  readonly failures: readonly string[];
}

/** Runs a command to its end, and shows then what it said, so that two at a time do not mix theirs. */
async function run(name: string, command: readonly string[]): Promise<{ ok: boolean; said: string }> {
  const child = Bun.spawn([...command], { cwd: root, env, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const said = (await Promise.all([child.stdout.text(), child.stderr.text()])).join("");
  console.log(`\n== ${name}\n${said}`);
  return { ok: (await child.exited) === 0, said };
}

async function check(name: string, command: readonly string[]): Promise<Outcome> {
  const { ok, said } = await run(name, command);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0, failures: ok ? [] : [`${name}\n${said}`] };
}

/** Runs the tests of some files. A runner that died, or ran nothing, has failed once, whatever it counted. */
async function test(files: readonly string[]): Promise<Outcome> {
  const report = join(scratch, `${Bun.hash(files.join())}.xml`);
  const reporter = ["--reporter=junit", `--reporter-outfile=${report}`];
  const { ok, said } = await run(files.join(" "), [bun, "test", "--timeout", "60000", ...reporter, ...files]);
  const { tests, failed, skipped } = await countsOf(report);
  const died = (!ok && failed === 0) || tests === 0;
  const failures = ok ? [] : failuresIn(said);
  if (died && failures.length === 0) failures.push(`${files.join(" ")}\n${said.slice(-3000)}`);
  return { passed: tests - failed - skipped, failed: failed + (died ? 1 : 0), skipped, failures };
}

/** The counts of a JUnit report. */
async function countsOf(file: string) {
  const report = Bun.file(file);
  const head = (await report.exists()) ? (/<testsuites [^>]*>/.exec(await report.text())?.[0] ?? "") : "";
  const read = (name: string) => Number(new RegExp(`${name}="(\\d+)"`).exec(head)?.[1] ?? 0);
  return { tests: read("tests"), failed: read("failures") + read("errors"), skipped: read("skipped") };
}

/** Works the tasks off, some side by side. */
async function sideBySide(tasks: readonly (() => Promise<Outcome>)[]): Promise<Outcome[]> {
  const left = tasks.values();
  const lane = async () => {
    const outcomes: Outcome[] = [];
    for (const task of left) outcomes.push(await task());
    return outcomes;
  };
  return (await Promise.all(Array.from({ length: LANES }, lane))).flat();
}

function inGroups(files: readonly string[], size: number): string[][] {
  return Array.from({ length: Math.ceil(files.length / size) }, (_, at) => files.slice(at * size, (at + 1) * size));
}

const files = [...new Bun.Glob("**/*.test.ts").scanSync(import.meta.dir)].sort().map(file => `./tests/${file}`);
const ofDaemons = (file: string) => file.startsWith("./tests/system/");
const groups = [
  ...inGroups(
    files.filter(file => !ofDaemons(file)),
    TOGETHER,
  ),
  ...inGroups(files.filter(ofDaemons), 1),
];

const outcomes = [
  await check("types", [bun, "check"]),
  await check("format and lint", [bun, "x", "biome", "ci", "--error-on-warnings", "."]),
  ...(await sideBySide(groups.map(group => () => test(group)))),
];
rmSync(scratch, { recursive: true, force: true });

const sum = (of: "passed" | "failed" | "skipped") => outcomes.reduce((total, outcome) => total + outcome[of], 0);
const failures = outcomes.flatMap(outcome => outcome.failures);
if (failures.length > 0) console.log(`\n== what failed\n\n${failures.join("\n\n")}`);
console.log(`\n${sum("passed")} passed, ${sum("failed")} failed${sum("skipped") ? `, ${sum("skipped")} skipped` : ""}`);
process.exit(sum("failed") === 0 ? 0 : 1);
