/**
 * All checks: types, format and lint, then the tests in two processes side by side, those of whole daemons and all others. Of both, the output is shown.
 * The last line is `N passed, N failed`, where each check counts as one; the exit code is 1 when anything failed.
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

/** Runs a command. @param later shows its output when it has ended, so that two at a time do not mix theirs */
async function run(name: string, command: readonly string[], later = false): Promise<boolean> {
  if (!later) console.log(`\n== ${name}`);
  const to = later ? "pipe" : "inherit";
  const child = Bun.spawn([...command], { cwd: root, env, stdin: "ignore", stdout: to, stderr: to });
  if (later) {
    const texts = await Promise.all([child.stdout, child.stderr].map(stream => new Response(stream as never).text()));
    console.log(`\n== ${name}\n${texts.join("")}`);
  }
  return (await child.exited) === 0;
}

interface Counts {
  readonly tests: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The counts of a JUnit report. */
async function counts(file: string): Promise<Counts> {
  const report = Bun.file(file);
  const head = (await report.exists()) ? (/<testsuites [^>]*>/.exec(await report.text())?.[0] ?? "") : "";
  const read = (name: string) => Number(new RegExp(`${name}="(\\d+)"`).exec(head)?.[1] ?? 0);
  return { tests: read("tests"), failed: read("failures") + read("errors"), skipped: read("skipped") };
}

/** Runs the tests of some files. A runner that died, or ran nothing, has failed once, whatever it counted. */
async function test(name: string, files: readonly string[], later = false): Promise<Counts> {
  const report = join(scratch, `${name}.xml`);
  const reporter = ["--reporter=junit", `--reporter-outfile=${report}`];
  const ok = await run(`tests: ${name}`, [bun, "test", "--timeout", "60000", ...reporter, ...files], later);
  const counted = await counts(report);
  const died = (!ok && counted.failed === 0) || counted.tests === 0;
  return died ? { ...counted, failed: counted.failed + 1, tests: counted.tests + 1 } : counted;
}

const bun = process.execPath;
const files = [...new Bun.Glob("**/*.test.ts").scanSync(import.meta.dir)].sort().map(file => `./tests/${file}`);
const ofDaemons = (file: string) => file.startsWith("./tests/system/");

const checks = [
  await run("types", [bun, "check"]),
  await run("format and lint", [bun, "x", "biome", "ci", "--error-on-warnings", "."]),
];
const counted = await Promise.all([
  test(
    "parts",
    files.filter(file => !ofDaemons(file)),
    true,
  ),
  test("daemons", files.filter(ofDaemons)),
]);
rmSync(scratch, { recursive: true, force: true });

const sum = (of: keyof Counts) => counted.reduce((total, counts) => total + counts[of], 0);
const failed = sum("failed") + checks.filter(ok => !ok).length;
const passed = sum("tests") - sum("failed") - sum("skipped") + checks.filter(Boolean).length;
console.log(`\n${passed} passed, ${failed} failed${sum("skipped") ? `, ${sum("skipped")} skipped` : ""}`);
process.exit(failed === 0 ? 0 : 1);
