import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BenchDaemon, median } from "./daemon";

const SECONDS = 2;
const CONNECTIONS = 16;
const ROUNDS = 5;

/** How often a daemon answers, how often a bare `Bun.serve`, and the one by the other. */
export interface Versus {
  readonly hearth: number;
  readonly bare: number;
  readonly ratio: number;
}

/** Whole answers per second of a path. @throws Error when one is neither 200 nor 304 */
async function load(url: string, path: string, key: string, etag = ""): Promise<number> {
  const { hostname, port } = new URL(url);
  const script = join(import.meta.dir, "load.ts");
  const args = [hostname, port, path, key, String(SECONDS), String(CONNECTIONS), etag];
  const child = Bun.spawn([process.execPath, script, ...args], { stdout: "pipe" });
  const { perSecond, other } = JSON.parse(await new Response(child.stdout).text());
  if (other > 0) throw new Error(`${other} answers of ${path} were neither 200 nor 304`);
  return perSecond;
}

/** How the answer comes about: made anew from a value each time, sent as ready bytes, or 304 since the client has it already. */
export type Kind = "anew" | "ready" | "known";

/** A GET of a daemon against a bare `Bun.serve` that gives the same answer in the same way; rounds of both in turn. */
export async function versusBare(daemon: BenchDaemon, path: string, kind: Kind): Promise<Versus> {
  const answer = await fetch(daemon.url + path.split(",")[0], { headers: { "x-api-key": daemon.key } });
  const etag = kind === "known" ? answer.headers.get("etag")! : "";
  const body = await answer.text();
  using file = temporaryFile(body);
  const args = kind === "anew" ? [body] : ["--file", file.path, etag];
  const bare = Bun.spawn([process.execPath, join(import.meta.dir, "bare.ts"), ...args], { stdout: "pipe" });
  const url = new TextDecoder().decode((await bare.stdout.getReader().read()).value).trim();
  const both = async () => ({
    hearth: await load(daemon.url, path, daemon.key, etag),
    bare: await load(url, path, "", etag),
  });
  await both();
  const rounds: Awaited<ReturnType<typeof both>>[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await both());
  bare.kill();
  return {
    hearth: median(rounds.map(({ hearth }) => hearth)),
    bare: median(rounds.map(round => round.bare)),
    ratio: median(rounds.map(round => round.hearth / round.bare)),
  };
}

function temporaryFile(text: string): Disposable & { readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), "hearth-bench-"));
  const path = join(folder, "answer.json");
  writeFileSync(path, text);
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}
