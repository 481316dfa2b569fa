import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundledConfig, daemonPlace, hearth, startDaemon } from "./fixtures/daemon";
import { onSmallDisk } from "./fixtures/small-disk";

const cfg = bundledConfig({ sessions: "firstWake = false", "agent-offline": "pace = 0" });
const page = "---\ntitle: Rain\ndate: 2026-01-02\n---\nIt rains.\n";
const seed = (place: any) => {
  for (const f of ["thoughts", "dreams", "news", "sandbox", "logs", "data"])
    place.write(`seed/${f}/2026-01-02-rain.md`, page);
  mkdirSync(place.home, { recursive: true });
  mkdirSync(place.state, { recursive: true });
};
const reads = [
  "/content/thoughts",
  "/content/thoughts/2026-01-02-rain",
  "/search?q=rain",
  "/content/sandbox",
  "/analytics",
  "/health/live",
  "/health/ready",
  "/content/about",
  "/content/landing",
  "/content/files/sandbox/2026-01-02-rain.md",
  "/admin/conversations",
  "/echoes/thought/2026-01-02-rain",
  "/system/problems",
  "/system/plugins",
  "/session/status",
  "/openapi.json",
];
const writes = [
  ["POST", "/admin/news", { title: "T", content: "c" }],
  ["POST", "/admin/readings", { title: "T", content: "c" }],
  [
    "POST",
    "/admin/gifts",
    {
      title: "t",
      description: "d",
      filename: "sun.png",
      content: Buffer.alloc(20000).toString("base64"),
      contentType: "image/png",
    },
  ],
  ["POST", "/titles", { hash: "a".repeat(64), title: "t", model: "m", originalPath: "x" }],
  ["POST", "/admin/wake", { session_type: "morning" }],
] as const;
async function look(name: string, d: any) {
  console.log("=====", name);
  for (const r of reads) {
    const a = await d.call("GET", r);
    console.log(a.status, r, JSON.stringify(a.body).slice(0, 120));
  }
  for (const [m, p, b] of writes) {
    const a = await d.call(m, p, b);
    console.log(a.status, m, p, JSON.stringify(a.body).slice(0, 300));
  }
  await Bun.sleep(1500);
  console.log((await d.call("GET", "/session/status")).body);
  for (const l of d.log().filter((l: any) => l.message !== "request" && l.level !== "debug"))
    console.log(JSON.stringify(l).slice(0, 400));
  console.log(d.said());
  console.log(
    readdirSync(`/proc/${d.pid}/root${d.place.home}`, { recursive: true })
      .filter((x: any) => !x.startsWith(".git/"))
      .join(" "),
    "| STATE",
    readdirSync(`/proc/${d.pid}/root${d.place.state}`, { recursive: true }).join(" "),
  );
}
const env = { HEARTH_AGENT: "offline" };
const which = process.argv[2];
if (which === "ro") {
  using place = daemonPlace(cfg, env);
  seed(place);
  await using d = await startDaemon(
    place,
    onSmallDisk(place.home, 1024, `cp -r ${place.folder}/seed/. .; mount -o remount,ro "$0"`),
  );
  await look("ro home", d);
}
if (which === "full") {
  using place = daemonPlace(cfg, env);
  seed(place);
  await using d = await startDaemon(
    place,
    onSmallDisk(
      place.home,
      1024,
      `cp -r ${place.folder}/seed/. .; head -c 4000000 /dev/zero > filler 2>/dev/null || true`,
    ),
  );
  await look("full home", d);
}
if (which === "state") {
  using place = daemonPlace(cfg, env);
  seed(place);
  Bun.spawnSync(["cp", "-r", place.folder + "/seed/.", place.home]);
  await using d = await startDaemon(place, onSmallDisk(place.state, 6000));
  const t = await d.call("GET", "/search?q=rain");
  console.log(t.status);
  try {
    writeFileSync(`/proc/${d.pid}/root${place.state}/filler`, Buffer.alloc(8e6));
  } catch (e) {
    console.log(String(e));
  }
  Bun.spawnSync(["sh", "-c", `cat /dev/zero >> /proc/${d.pid}/root${place.state}/filler`]);
  writeFileSync(place.home + "/thoughts/2026-01-05-new.md", page.replace("Rain", "New"));
  await look("full state", d);
  console.log((await d.call("GET", "/content/thoughts")).body);
  rmSync(`/proc/${d.pid}/root${place.state}/filler`);
  await Bun.sleep(500);
  await look("room again", d);
}
if (which === "statecold") {
  using place = daemonPlace(cfg, env);
  seed(place);
  Bun.spawnSync(["cp", "-r", place.folder + "/seed/.", place.home]);
  {
    await using d = await startDaemon(place);
    await d.call("GET", "/search?q=rain");
  }
  Bun.spawnSync(["sh", "-c", `rm -rf ${place.folder}/old; cp -r ${place.state} ${place.folder}/old`]);
  writeFileSync(place.home + "/thoughts/2026-01-05-new.md", page.replace("Rain", "New"));
  await using d = await startDaemon(
    place,
    onSmallDisk(
      place.state,
      6000,
      `cp -r ${place.folder}/old/. .; rm -f daemon.json; cat /dev/zero > filler 2>/dev/null || true`,
    ),
  );
  await look("cold full state", d);
}
if (which === "statero") {
  using place = daemonPlace(cfg, env);
  seed(place);
  Bun.spawnSync(["cp", "-r", place.folder + "/seed/.", place.home]);
  await using d = await startDaemon(place, onSmallDisk(place.state, 6000, `mount -o remount,ro "$0"`));
  await look("ro state", d);
}
