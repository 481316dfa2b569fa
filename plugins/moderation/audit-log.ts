import { type Clock, Draft, type HomeFolder } from "hearth";
import { zonedIso } from "hearth-plugins/content";

const FOLDER = "moderation";
const MODE = 0o640;
/** Names of which the last number is remembered. */
const NAMES = 100;

/** Who screened what and how it ended: a file of JSON for each entry, in the folder `moderation/` of the home. */
export class AuditLog {
  /** The last number that was tried of each name, those of the last ones. */
  readonly #numbers = new Map<string, number>();

  constructor(
    readonly home: HomeFolder,
    readonly clock: Clock,
    /** IANA name of the zone of its times. */
    readonly timeZone: string,
  ) {}

  /**
   * Writes an entry, under a name that no other has. @param source a word of a to z and digits that stands in its name
   * @returns the name. @throws what the file system says; nothing is left then
   */
  async write(source: string | undefined, entry: Readonly<Record<string, unknown>>): Promise<string> {
    const now = zonedIso(this.clock.now(), this.timeZone);
    const text = `${JSON.stringify({ timestamp: now.slice(0, 19), ...entry }, null, 2)}\n`;
    await using draft = await Draft.in(await this.home.resolve(FOLDER), text, MODE);
    const stem = `${now.slice(0, 10)}-${now.slice(11, 19).replaceAll(":", "")}${source ? `-${source}` : ""}`;
    for (let number = this.#next(stem, 0); ; number = this.#next(stem, number)) {
      const name = number === 1 ? `${stem}.json` : `${stem}-${number}.json`;
      if (await draft.publish(name)) return name;
    }
  }

  /** The number after all that were tried: an entry never tries one twice, whatever others are written between its tries. */
  #next(stem: string, tried: number): number {
    const number = Math.max(this.#numbers.get(stem) ?? 0, tried) + 1;
    this.#numbers.delete(stem);
    this.#numbers.set(stem, number);
    if (this.#numbers.size > NAMES) this.#numbers.delete(this.#numbers.keys().next().value!);
    return number;
  }
}
