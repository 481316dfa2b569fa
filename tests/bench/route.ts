import { join } from "node:path";
import { median, startBenchDaemon } from "./daemon";

const SECONDS = 2;
const CONNECTIONS = 16;
const ROUNDS = 5;

/** Answers per second of a path. */
async function load(url: string, path: string, key: string): Promise<number> {
  const { hostname, port } = new URL(url);
  const child = Bun.spawn(
    [
      process.execPath,
      join(import.meta.dir, "load.ts"),
      hostname,
      port,
      path,
      key,
      String(SECONDS),
      String(CONNECTIONS),
    ],
    { stdout: "pipe" },
  );
  const { perSecond, other } = JSON.parse(await new Response(child.stdout).text());
  if (other > 0) throw new Error(`${other} answers of ${path} were not 200`);
  return perSecond;
}

/** A logged JSON route of the daemon against a bare `Bun.serve` that gives the same answer; rounds of both in turn. */
export async function routeRatio(path: string): Promise<{ hearth: number; bare: number; ratio: number }> {
  await using daemon = await startBenchDaemon();
  const body = await (await fetch(daemon.url + path, { headers: { "x-api-key": daemon.key } })).text();
  const bare = Bun.spawn([process.execPath, join(import.meta.dir, "bare.ts"), body], { stdout: "pipe" });
  const reader = bare.stdout.getReader();
  const bareUrl = new TextDecoder().decode((await reader.read()).value).trim();
  const rounds: { hearth: number; bare: number }[] = [];
  await load(daemon.url, path, daemon.key);
  await load(bareUrl, path, "");
  for (let round = 0; round < ROUNDS; round++)
    rounds.push({ hearth: await load(daemon.url, path, daemon.key), bare: await load(bareUrl, path, "") });
  bare.kill();
  return {
    hearth: median(rounds.map(({ hearth }) => hearth)),
    bare: median(rounds.map(round => round.bare)),
    ratio: median(rounds.map(round => round.hearth / round.bare)),
  };
}
