import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { HearthError } from "hearth";
import { temporaryFolder } from "hearth/testing";
import { writeDaemonFile } from "../../core/daemon-file";
import { takeHome } from "../../core/home-lock";
import { takeHouse, takeLock } from "../../core/lock";
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

/** A process that takes something and keeps it, until it is disposed of: by SIGKILL. */
async function holding(script: string, folder: string) {
  const child = Bun.spawn(
    [
      process.execPath,
      "-e",
      `${script}; Bun.gc(true); await Bun.sleep(1); Bun.gc(true); console.log("held"); setInterval(() => {}, 1000);`,
    ],
    {
      stdout: "pipe",
      env: { PATH: process.env["PATH"] ?? "", HOME: folder },
    },
  );
  for await (const chunk of child.stdout) if (new TextDecoder().decode(chunk).includes("held")) break;
  return {
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}
const core = (file: string) => JSON.stringify(join(import.meta.dir, "../../core", file));

test("a process that is killed leaves no lock behind", async () => {
  using folder = temporaryFolder();
  const script = `const { takeLock } = await import(${core("lock.ts")}); takeLock(${JSON.stringify(folder.path)})`;
  {
    await using _ = await holding(script, folder.path);
    expect(free(folder.path)).toBe(false);
  }
  await until(() => free(folder.path));
});

test("who is refused is told which daemon has the state folder", async () => {
  using folder = temporaryFolder();
  const release = takeLock(folder.path);
  await writeDaemonFile(folder.path, { pid: process.pid, url: "http://127.0.0.1:8123" });
  expect(() => takeLock(folder.path)).toThrow(
    `${folder.path} (process ${process.pid}, at http://127.0.0.1:8123); stop`,
  );
  release();
});

describe("a home", () => {
  test("is one Hearth's alone, by whatever name it is called", () => {
    using home = temporaryFolder();
    using other = temporaryFolder();
    const link = join(other.path, "link");
    symlinkSync(home.path, link);
    const release = takeHome(home.path);
    expect(() => takeHome(link)).toThrow(expect.objectContaining({ code: "LIVED_IN" }));
    takeHome(other.path)();
    release();
    takeHome(link)();
  });

  test("is not shared with a Hearth that has another state folder, which is told who lives there", async () => {
    using folder = temporaryFolder();
    const [home, state, other] = ["home", "state", "other"].map(name => join(folder.path, name)) as [
      string,
      string,
      string,
    ];
    for (const path of [home, state, other]) mkdirSync(path);
    const script = `const { takeHouse } = await import(${core("lock.ts")}); const { writeDaemonFile } = await import(${core("daemon-file.ts")});
      takeHouse(${JSON.stringify(state)}, ${JSON.stringify(home)}); await writeDaemonFile(${JSON.stringify(state)}, { pid: process.pid, url: "http://127.0.0.1:8124" })`;
    {
      await using holder = await holding(script, folder.path);
      const who = process.platform === "linux" ? ` (process ${holder.pid}, at http://127.0.0.1:8124)` : "";
      expect(() => takeHouse(other, home)).toThrow(
        `another Hearth lives in this home: ${home}${who}; stop that one, or give this one a HEARTH_HOME of its own`,
      );
      expect(free(other)).toBe(true);
      expect(readdirSync(home)).toEqual([]); // nothing in it has to do with the lock
    }
    await until(() => {
      try {
        takeHouse(other, home)();
        return true;
      } catch {
        return false;
      }
    });
  });

  test("is not held by a process that the Hearth which is gone had started", async () => {
    using folder = temporaryFolder();
    const script = `const { takeHome } = await import(${core("home-lock.ts")}); takeHome(${JSON.stringify(folder.path)});
      Bun.spawn(["sleep", "5"], { stdio: ["ignore", "ignore", "ignore"] }).unref()`;
    {
      await using _ = await holding(script, folder.path);
      expect(() => takeHome(folder.path)).toThrow(HearthError);
    }
    await until(() => {
      try {
        takeHome(folder.path)();
        return true;
      } catch {
        return false;
      }
    });
  });
});
