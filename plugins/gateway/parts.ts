import type { Accounts } from "./accounts";
import type { Desk } from "./desk";
import type { HouseModel, ModelFetch } from "./house-model";
import type { KeyRing } from "./key-ring";
import { partType } from "./limits";
import { Place } from "./place";

/** The place of a part of the house that asks a model by itself. It stays: where a budget had no room, there may be some again for the next call. */
export class PartPlace extends Place {
  readonly id: string;
  readonly account: string;
  readonly type: string;
  #closed: string | undefined;

  constructor(override readonly part: string) {
    super();
    this.id = this.account = this.type = partType(part);
  }

  get closed(): string | undefined {
    return this.#closed;
  }

  get goesOn(): string {
    return "";
  }

  stop(_why: string, now = false): void {
    if (now) this.abort();
  }

  close(): void {
    this.#closed = "the gateway is turned off";
    this.abort();
  }
}

export interface PartsOptions {
  readonly desk: Desk;
  readonly keys: KeyRing;
  readonly accounts: Accounts;
  /** Done before the first call. */
  settleLost(): void;
}

/** The parts of the house that ask a model by themselves. Their calls need no token: they never leave the process on their way here. */
export class Parts implements HouseModel {
  readonly id = "gateway";
  readonly #options: PartsOptions;
  readonly #places = new Map<string, PartPlace>();

  constructor(options: PartsOptions) {
    this.#options = options;
  }

  /** Those that asked so far. */
  all(): readonly PartPlace[] {
    return [...this.#places.values()];
  }

  lacks(): string | undefined {
    return this.#options.keys.lacksForHouse();
  }

  fetch(part: string): ModelFetch {
    return (input, init) => this.#ask(this.#placeOf(part), new Request(input as Request, init));
  }

  close(): void {
    for (const place of this.all()) place.close();
  }

  #placeOf(part: string): PartPlace {
    const known = this.#places.get(part);
    if (known) return known;
    this.#options.settleLost();
    const place = new PartPlace(part);
    this.#options.accounts.begin(place.id, place.type, undefined);
    this.#places.set(part, place);
    return place;
  }

  async #ask(place: PartPlace, request: Request): Promise<Response> {
    const answer = await this.#options.desk.answerTo(place, request, async one => Buffer.from(await one.arrayBuffer()));
    if (request.signal.aborted) await answer.body?.cancel().catch(() => {}); // nobody else would tell the API
    request.signal.throwIfAborted();
    return answer;
  }
}
