import { badRequest, type Clock, type Home, notFound } from "hearth";
import { hashOf } from "./contents";
import { diffLines } from "./diff";
import type { Guard } from "./guard";
import { readPrompt } from "./prompt-file";
import type { Version, Versions } from "./versions";

/** What a person does with the versions of prompt.md. */
export class Keeper {
  constructor(
    readonly home: Home,
    readonly clock: Clock,
    readonly versions: Versions,
    readonly guard: Pick<Guard, "replacePrompt">,
  ) {}

  /** A version; the newest that counts when no number is given. @throws HttpError 404 */
  find(id: number | undefined): Version {
    const version = id === undefined ? this.versions.last() : this.versions.find(id);
    if (version) return version;
    throw notFound(
      id === undefined ? "there is no version of prompt.md yet" : `there is no version ${id} of prompt.md`,
    );
  }

  /** What a version changed in the one that counted before it. */
  diff(id: number | undefined): {
    readonly version: Version;
    readonly before: Version | undefined;
    readonly lines: string[];
  } {
    const version = this.find(id);
    const before = this.versions.before(version.id);
    const text = (one: Version | undefined) => (one ? this.versions.textOf(one) : "");
    return { version, before, lines: diffLines(text(before), text(version)) };
  }

  /** Puts a version in place of prompt.md; that is a version itself. @throws HttpError 404; 400 for one that waits */
  async rollback(id: number): Promise<Version> {
    const version = this.find(id);
    if (version.origin === "waiting") throw badRequest(`version ${id} waits: hearth prompt approve ${id}`);
    return this.#put(version, "rollback");
  }

  /** Lets a version count that waits. @throws HttpError 404; 400 for one that does not wait */
  async approve(id: number): Promise<Version> {
    const version = this.find(id);
    if (version.origin !== "waiting") throw badRequest(`version ${id} does not wait for anyone`);
    const made = await this.#put(version, "approved");
    this.versions.decide(id, "granted");
    return made;
  }

  /** Decides that a version that waits shall not count; it stays in the log. @throws as `approve` */
  refuse(id: number): void {
    if (this.find(id).origin !== "waiting") throw badRequest(`version ${id} does not wait for anyone`);
    this.versions.decide(id, "refused");
  }

  /** The hash of prompt.md as it is now. */
  async present(): Promise<string | undefined> {
    const bytes = await readPrompt(this.home);
    return bytes && hashOf(bytes);
  }

  async #put(version: Version, origin: "rollback" | "approved"): Promise<Version> {
    const now = this.clock.now();
    const present = await readPrompt(this.home);
    if (present) this.versions.addNew(now, "found", present); // a person's own words are not lost
    const bytes = this.versions.contents.get(version.hash);
    await this.guard.replacePrompt(bytes);
    const by = version.session && version.type ? { session: version.session, type: version.type } : undefined;
    return this.versions.add(now, origin, bytes, by, version.id);
  }
}
