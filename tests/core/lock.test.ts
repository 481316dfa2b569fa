import { expect, test } from "bun:test";
import { join } from "node:path";
import { temporaryFolder } from "hearth/testing";
import { takeLock } from "../../core/lock";
import { until } from "../fixtures/until";

const free = (state: string) => {
  try {
    takeLock(state)();
    return true;
  } catch {
    return false;
  }
};

test("a second holder is refused, and told what to do", () => {
  using folder = temporaryFolder();
  const release = takeLock(folder.path);
  expect(() => takeLock(folder.path)).toThrow(
    expect.objectContaining({
      code: "HELD",
      message: `another Hearth has this state folder: ${folder.path}; stop that one, or give this one a HEARTH_STATE of its own`,
    }),
  );
  release();
  expect(free(folder.path)).toBe(true);
});

test("two folders are two locks", () => {
  using one = temporaryFolder();
  using other = temporaryFolder();
  const release = [takeLock(one.path), takeLock(other.path)];
  for (const undo of release) undo();
});

test("a process that is killed leaves no lock behind", async () => {
  using folder = temporaryFolder();
  const lock = JSON.stringify(join(import.meta.dir, "../../core/lock.ts"));
  const script = `const { takeLock } = await import(${lock}); takeLock(${JSON.stringify(folder.path)}); Bun.gc(true); await Bun.sleep(1); Bun.gc(true); console.log("held"); setInterval(() => {}, 1000);`;
  const holder = Bun.spawn([process.execPath, "-e", script], {
    stdout: "pipe",
    env: { PATH: process.env["PATH"] ?? "", HOME: folder.path },
  });
  try {
    for await (const chunk of holder.stdout) if (new TextDecoder().decode(chunk).includes("held")) break;
    expect(free(folder.path)).toBe(false);
  } finally {
    holder.kill("SIGKILL");
    await holder.exited;
  }
  await until(() => free(folder.path));
});
