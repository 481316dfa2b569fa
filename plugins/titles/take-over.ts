import { type Ailment, type Clock, type Home, type Logger, messageOf } from "hearth";
import { OLD_REGISTRY, readOldRegistry } from "./old-registry";
import type { Registry } from "./registry";

/** Bytes an old registry may have: far more than a title for each page of a long life. */
const MOST = 64 * 1024 * 1024;

/** What the titles of the original are taken over with. */
export interface TakeOver {
  readonly home: Home;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Takes over the titles of the original, which stay where they are: its file is read and never written.
 * A file that was taken over as it is now is not taken again. Answers what is wrong with it; never throws.
 */
export async function takeOver({ home, registry, clock, log }: TakeOver): Promise<Ailment | undefined> {
  try {
    const text = await readOld(home);
    const hash = Bun.hash.xxHash3(text ?? "").toString(36);
    if (text === undefined || registry.hasTaken(OLD_REGISTRY, hash)) return undefined;
    const { titles, skipped } = readOldRegistry(text);
    const fresh = registry.take(OLD_REGISTRY, hash, titles);
    log.info("titles were taken over", { path: OLD_REGISTRY, new: fresh, known: titles.length - fresh, skipped });
    return undefined;
  } catch (error) {
    const problem = messageOf(error);
    log.warn("titles could not be taken over; the file stays as it is", { path: OLD_REGISTRY, problem });
    return { path: OLD_REGISTRY, problem, since: clock.now().toISOString() };
  }
}

/** The text of the file; nothing when there is none. */
async function readOld(home: Home): Promise<string | undefined> {
  const file = Bun.file(await home.resolve(OLD_REGISTRY));
  const info = await file.stat().catch(error => {
    if (["ENOENT", "ENOTDIR"].includes(error.code)) return undefined;
    throw error;
  });
  if (!info) return undefined;
  if (!info.isFile()) throw new Error("is not a file");
  if (info.size > MOST) throw new Error(`has ${info.size} bytes, and ${MOST} are read at the most`);
  return file.text();
}
