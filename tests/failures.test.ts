import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "hearth/testing";
import { failuresIn } from "./failures";
import { cleanEnv } from "./fixtures/clean-env";

const made = `
import { expect, test } from "bun:test";
test("well", () => {});
test("wrong", () => expect("rain").toBe("sun"));
test("leaves something behind", () => void setTimeout(() => { throw new Error("far too late"); }));
test("well again", async () => {
  await Bun.sleep(5);
});
`;

test("of a run, what failed is told with its reason, and so is an error between two tests", async () => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, "made.test.ts"), made);
  const child = Bun.spawn([process.execPath, "test", "./made.test.ts"], {
    cwd: folder.path,
    env: cleanEnv({ HOME: folder.path }),
    stdout: "pipe",
    stderr: "pipe",
  });
  const said = (await Promise.all([child.stdout.text(), child.stderr.text()])).join("");
  const [wrong, stray] = failuresIn(said);
  expect(wrong).toMatch(/Expected: "sun"[\s\S]*\(fail\) wrong/);
  expect(stray ?? wrong).toContain("far too late");
  expect(failuresIn(said).join().split("(fail) wrong")).toHaveLength(2);
  expect(failuresIn(said).join()).not.toContain("(pass) well [");
});
