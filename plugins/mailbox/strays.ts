import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Ailment, Clock } from "hearth";
import type { Accounts } from "./accounts";
import { FOLDER, threadPath } from "./threads";

export interface StraysOptions {
  /** The home, absolute. */
  readonly home: string;
  readonly accounts: Pick<Accounts, "find">;
  readonly clock: Clock;
}

/** Threads under names of which nobody has an account: what the agent writes there reaches no one. */
export class Strays {
  /** When each was first seen. */
  readonly #since = new Map<string, string>();

  constructor(readonly options: StraysOptions) {}

  ailments(): readonly Ailment[] {
    const names = this.#names();
    for (const name of this.#since.keys()) if (!names.includes(name)) this.#since.delete(name);
    return names.map(name => ({ path: threadPath(name), problem: problemOf(name), since: this.#seen(name) }));
  }

  #seen(name: string): string {
    const since = this.#since.get(name) ?? this.options.clock.now().toISOString();
    this.#since.set(name, since);
    return since;
  }

  #names(): string[] {
    const { home, accounts } = this.options;
    return namesIn(join(home, FOLDER))
      .filter(name => !name.startsWith(".") && !accounts.find(name) && existsSync(join(home, threadPath(name))))
      .sort();
  }
}

const problemOf = (name: string): string =>
  `nobody has a mailbox called "${name}", so these letters reach no one: make one (\`hearth mailbox add ${name}\`), or take the folder away`;

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // nobody has a mailbox yet
  }
}
