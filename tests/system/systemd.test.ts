import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "hearth/testing";
import { defaultLimits } from "../../core/limits";
import { bundledConfig, daemonPlace, placeAt, startDaemon } from "../fixtures/daemon";

const root = join(import.meta.dir, "../..");
const text = readFileSync(join(root, "config/hearth.service"), "utf8");
const readme = readFileSync(join(root, "README.md"), "utf8");

/** The unit's directives, each with its values in their order. */
const unit = new Map<string, string[]>();
for (const [, key, value] of text.matchAll(/^(\w+)=(.*)$/gm)) unit.set(key!, [...(unit.get(key!) ?? []), value!]);
const one = (key: string) => unit.get(key)?.join(" ");

describe("the systemd unit", () => {
  test("W-28: runs as a user of its own, comes back when it fails, and writes to the journal", () => {
    expect(one("User")).toBe("hearth");
    expect(one("Restart")).toBe("on-failure");
    expect([one("StandardOutput"), one("StandardError")]).toEqual(["journal", "journal"]);
    expect(one("StateDirectory")).toBe("hearth");
    expect(one("EnvironmentFile")).toBe("-/etc/hearth/hearth.env");
  });
  test("leaves Hearth more time to stop than Hearth takes, and its agents to Hearth until then", () => {
    expect(Number(one("TimeoutStopSec"))).toBeGreaterThan(defaultLimits.stop + defaultLimits.cut + 2);
    expect(one("KillMode")).toBe("mixed");
  });
  test.each([
    ["NoNewPrivileges", "yes"],
    ["CapabilityBoundingSet", ""],
    ["ProtectSystem", "strict"],
    ["ProtectHome", "yes"],
    ["PrivateTmp", "yes"],
    ["PrivateDevices", "yes"],
    ["ProtectProc", "invisible"],
    ["ProtectKernelModules", "yes"],
    ["ProtectControlGroups", "yes"],
    ["ProtectClock", "yes"],
    ["ProtectHostname", "yes"],
    ["RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6 AF_NETLINK"],
    ["RestrictRealtime", "yes"],
    ["RestrictSUIDSGID", "yes"],
    ["LockPersonality", "yes"],
    ["SystemCallArchitectures", "native"],
  ])("is locked in: %s=%s", (key, value) => expect(one(key)).toBe(value));
  test.each([
    "RestrictNamespaces",
    "ProtectKernelTunables",
    "ProtectKernelLogs",
    "ProcSubset",
    "PrivateUsers",
    "MemoryDenyWriteExecute",
  ])("leaves the agent's sandbox and the compiler alone: no %s", key => {
    expect(unit.has(key)).toBe(false);
    expect(text).toContain(key); // and says why
  });
  test("its filter of system calls forbids by name, and nothing that namespaces and mounts need", () => {
    const filter = one("SystemCallFilter")!;
    expect(filter).toStartWith("~");
    expect(filter).not.toMatch(/@(mount|process|sandbox|system-service|privileged)/);
  });

  test("starts from the folder, with the files and the Bun that the README installs", () => {
    const [program, ...args] = one("ExecStart")!.split(" ");
    expect(args).toEqual(["core/cli.ts", "start"]);
    expect(existsSync(join(root, args[0]!))).toBe(true);
    for (const path of [program!, one("WorkingDirectory")!, "/etc/hearth/hearth.env", "/etc/hearth/home.toml"])
      expect(readme).toContain(path);
    expect(one("Environment")).toContain("HEARTH_CONFIG=/etc/hearth/home.toml");
  });
  test("with its environment the daemon starts, and keeps home and state in the state directory", async () => {
    using place = daemonPlace(bundledConfig({ sessions: "firstWake = false" }));
    const real = (value: string) =>
      value.replaceAll("%S/hearth", place.folder).replace("/etc/hearth/home.toml", place.configFile);
    const env = Object.fromEntries(unit.get("Environment")!.map(line => real(line).split("=") as [string, string]));
    expect(env).toMatchObject({ HOME: place.folder, HEARTH_HOME: place.home, HEARTH_STATE: place.state });
    await using daemon = await startDaemon(placeAt(place, { HEARTH_AGENT: "offline", ...env }));
    expect((await daemon.call("GET", "/health/live")).status).toBe(200);
    daemon.signal("SIGTERM");
    expect(await daemon.exited).toBe(0);
  });
});

/** Where systemd is not installed there is nobody to ask. */
describe.skipIf(!Bun.which("systemd-analyze"))("systemd itself", () => {
  /** Asks about the unit with this machine's Bun and folder in it, since the unit's own are not here. */
  async function ask(...command: string[]) {
    using folder = temporaryFolder();
    const file = join(folder.path, "hearth.service");
    const here = text.replace("/usr/local/bin/bun", process.execPath).replaceAll("/opt/hearth", root);
    writeFileSync(file, here);
    const child = Bun.spawn(["systemd-analyze", ...command, file], { stdout: "pipe", stderr: "pipe" });
    const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
    return { code: await child.exited, out, err };
  }

  test("finds nothing wrong", async () => {
    const { code, out, err } = await ask("verify");
    expect({ code, said: out + err }).toEqual({ code: 0, said: "" });
  });
  test("counts an exposure of 3.5 at the most", async () => {
    const { out, err } = await ask("security", "--offline=yes", "--no-pager");
    const exposure = /exposure level for hearth\.service: ([\d.]+)/.exec(out)?.[1];
    expect(exposure, err).toBeDefined();
    expect(Number(exposure)).toBeLessThanOrEqual(3.5);
  });
});
