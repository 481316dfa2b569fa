import { statSync } from "node:fs";
import { join } from "node:path";
import { type Home, type Kept, kept } from "hearth";
import { dataObject } from "./data-file";
import { noSignals, type Signals, signalsIn } from "./signals";

export const DRIFT_FILE = "data/drift-signals.json";
const LARGEST = 2 ** 20;

/** What lies in the file; nothing when there is none. @throws Error for people when it cannot be used */
export async function readSignals(home: Home): Promise<Signals | undefined> {
  const raw = await dataObject(home, DRIFT_FILE, LARGEST);
  return raw && signalsIn(raw);
}

/** The answer of the route, made anew when the file is another than before. */
export class DriftAnswer {
  #held: { readonly stamp: string; readonly kept: Kept } | undefined;

  constructor(readonly home: Home) {}

  /** Never throws: of a file that cannot be used it says what it says of none. */
  async current(): Promise<Kept> {
    const stamp = this.#stamp();
    if (this.#held?.stamp !== stamp)
      this.#held = { stamp, kept: kept((await readSignals(this.home).catch(() => undefined)) ?? noSignals) };
    return this.#held.kept;
  }

  #stamp(): string {
    try {
      const info = statSync(join(this.home.path, DRIFT_FILE), { throwIfNoEntry: false });
      return info ? `${info.ino} ${info.size} ${info.mtimeMs} ${info.ctimeMs}` : "";
    } catch {
      return ""; // behind links that go round in a circle, say
    }
  }
}
