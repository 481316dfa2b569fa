import { didYouMean, HearthError } from "hearth";
import type { Settings } from "./settings";

/** Somebody who may write to the agent. In a chat between two, the chat has the id of the person. */
export interface Person {
  readonly id: number;
  readonly name: string;
}

/** Where in the home lies what somebody says and sends: a session that answers them may open it, and no other's. */
export const folderOf = ({ name }: Person): string => `telegram/${name}`;

/** Who may write to the agent. */
export class People {
  readonly #byId = new Map<number, Person>();
  readonly owner: Person;

  /** @throws HearthError CONFIG when nobody is allowed, or two are one */
  constructor({ people, owner }: Pick<Settings, "people" | "owner">) {
    const folders = new Set<string>();
    for (const [name, id] of Object.entries(people)) {
      const folder = name.toLowerCase();
      if (this.#byId.has(id) || folders.has(folder)) throw wrong(`people: "${name}" is there twice, by name or by id`);
      folders.add(folder);
      this.#byId.set(id, { id, name });
    }
    this.owner = this.#ownerOf(owner);
  }

  all(): readonly Person[] {
    return [...this.#byId.values()];
  }

  get count(): number {
    return this.#byId.size;
  }

  find(id: number): Person | undefined {
    return this.#byId.get(id);
  }

  #ownerOf(owner: Settings["owner"]): Person {
    const all = [...this.#byId.values()];
    if (/^-?\d+$/.test(String(owner))) return this.#ownerById(Number(owner), all);
    if (owner === undefined) {
      if (!all[0])
        throw wrong("nobody is allowed to write: name who may in `people` (or in TELEGRAM_AUTHORIZED_USERS_RAW)");
      return all[0];
    }
    const names = all.map(({ name }) => name);
    const found = all.find(({ name }) => name === String(owner));
    if (!found) throw wrong(`owner: there is no "${owner}" in \`people\`.${didYouMean(String(owner), names)}`);
    return found;
  }

  #ownerById(id: number, all: readonly Person[]): Person {
    if (id <= 0) throw wrong(`owner: ${id} is a group, and groups are not let in: name the id of a person`);
    return this.find(id) ?? this.#add({ id, name: this.#freeName(all) });
  }

  #freeName(taken: readonly Person[]): string {
    return taken.some(({ name }) => name.toLowerCase() === "owner") ? "the-owner" : "owner";
  }

  #add(person: Person): Person {
    this.#byId.set(person.id, person);
    return person;
  }
}

const wrong = (text: string) => new HearthError("CONFIG", `[plugins.telegram] ${text}`);
