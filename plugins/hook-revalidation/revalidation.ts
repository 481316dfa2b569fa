import type { Home } from "hearth";
import { type Frontend, postTags } from "./post";
import { printOf } from "./print";
import { tagsOf } from "./tags";
import type { Told } from "./told";

/** Keeps a frontend's copies in step with the home: what differs from what it was last told, it is told. One call at a time. */
export class Revalidation {
  readonly #home: Home;
  readonly #told: Told;
  readonly #frontend: Frontend;
  #last: Promise<unknown> = Promise.resolve();

  constructor(home: Home, told: Told, frontend: Frontend) {
    this.#home = home;
    this.#told = told;
    this.#frontend = frontend;
  }

  /**
   * Looks at some folders and tells what differs.
   * @param certain folders that are told in any case
   * @returns a note for people
   * @throws Error when the call failed; what was to be told is told with the next then
   */
  tell(folders: readonly string[], certain: readonly string[], signal: AbortSignal): Promise<string> {
    const turn = this.#last.then(() => this.#tell(folders, certain, signal));
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #tell(folders: readonly string[], certain: readonly string[], signal: AbortSignal): Promise<string> {
    const prints = new Map<string, string>();
    for (const folder of folders) {
      const print = await printOf(this.#home, folder, signal);
      if (print !== this.#told.print(folder)) prints.set(folder, print);
    }
    const tags = tagsOf([...prints.keys(), ...certain]);
    if (tags.length === 0) return "nothing changed";
    await postTags(this.#frontend, tags, signal);
    this.#told.keep(prints);
    return `told: ${tags.join(", ")}`;
  }
}
