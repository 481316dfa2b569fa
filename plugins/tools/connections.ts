import type { Desk } from "./desk";
import type { Guest } from "./guest";
import type { Connection } from "./protocol";

/** Clients of one session, and those of all persons together: one more closes the one that was not used for longest. */
const MOST_OF_SESSION = 8;
const MOST_OF_PERSONS = 32;

/** The clients that have introduced themselves. */
export class Connections {
  /** By id; those used last are at the end. */
  readonly #open = new Map<string, Connection>();

  constructor(readonly desk: Desk) {}

  async open(guest: Guest): Promise<Connection> {
    const { openConnection } = await import("./protocol");
    const connection = await openConnection(guest, this.desk);
    this.#open.set(connection.id, connection);
    guest.signal.addEventListener("abort", () => this.close(connection), { once: true });
    if (guest.signal.aborted) this.close(connection);
    this.#makeRoom(guest);
    return connection;
  }

  /** The client of an id, if it is one of those. */
  find(id: string, isTheirs: (guest: Guest) => boolean): Connection | undefined {
    const connection = this.#open.get(id);
    if (!connection || !isTheirs(connection.guest)) return undefined;
    this.#open.delete(id);
    this.#open.set(id, connection);
    return connection;
  }

  close(connection: Connection): void {
    this.#open.delete(connection.id);
    if (connection.guest.isPerson) void connection.guest.leave(); // a person is a guest for as long as the client is there
    void connection.close().catch(() => {}); // nobody is there any more who could be told
  }

  closeAll(): void {
    for (const connection of this.#open.values()) this.close(connection);
  }

  #makeRoom(guest: Guest): void {
    const [most, isTheirs] = guest.isPerson
      ? [MOST_OF_PERSONS, (one: Guest) => one.isPerson]
      : [MOST_OF_SESSION, (one: Guest) => one === guest];
    const theirs = [...this.#open.values()].filter(connection => isTheirs(connection.guest));
    for (const connection of theirs.slice(0, Math.max(0, theirs.length - most))) this.close(connection);
  }
}
