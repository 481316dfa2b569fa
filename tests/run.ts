/**
 * All checks, one after the other: types, format and lint, tests. Each check counts as one; its output is shown when it fails.
 * The last line is `N passed, N failed`; the exit code is 1 when anything failed.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "..");
const scratch = mkdtempSync(join(tmpdir(), "hearth-run-"));

/** Nothing of the caller's surroundings reaches the tests: no key, no login, no settings. */
const env = {
  PATH: process.env["PATH"] ?? "",
  HOME: scratch,
  TMPDIR: tmpdir(),
  LANG: "C.UTF-8",
  ...(process.env["CI"] && { CI: process.env["CI"] }),
};

async function run(name: string, command: readonly string[]): Promise<boolean> {
  console.log(`\n== ${name}`);
  const child = Bun.spawn([...command], { cwd: root, env, stdin: "ignore", stdout: "inherit", stderr: "inherit" });
  return (await child.exited) === 0;
}

/** The counts of a JUnit report. */
async function counts(file: string): Promise<{ tests: number; failed: number; skipped: number }> {
  const report = Bun.file(file);
  const head = (await report.exists()) ? (/<testsuites [^>]*>/.exec(await report.text())?.[0] ?? "") : "";
  const read = (name: string) => Number(new RegExp(`${name}="(\\d+)"`).exec(head)?.[1] ?? 0);
  return { tests: read("tests"), failed: read("failures") + read("errors"), skipped: read("skipped") };
}

const bun = process.execPath;
const report = join(scratch, "junit.xml");
const types = await run("types", [bun, "check"]);
const style = await run("format and lint", [bun, "x", "biome", "ci", "--error-on-warnings", "."]);
const tests = await run("tests", [
  bun,
  "test",
  "--timeout",
  "60000",
  "--reporter=junit",
  `--reporter-outfile=${report}`,
]);
const { tests: ran, failed, skipped } = await counts(report);
rmSync(scratch, { recursive: true, force: true });

const checks = [types, style];
const passed = ran - failed - skipped + checks.filter(Boolean).length;
// A runner that died, or ran nothing, has failed whatever it counted.
const died = (!tests && failed === 0) || ran === 0 ? 1 : 0;
const broken = failed + checks.filter(ok => !ok).length + died;
console.log(`\n${passed} passed, ${broken} failed${skipped ? `, ${skipped} skipped` : ""}`);
process.exit(broken === 0 ? 0 : 1);
