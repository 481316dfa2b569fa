import { type Logger, messageOf, settledWithin } from "hearth";
import type { ModelAccess, Outfit, Outfitter, Outfitting, ToolServer } from "./outfit";

/** Seconds that an outfit gets to close; the session goes on to its hooks without it. */
const CLOSING = 10;

/** What the outfitters have given to one session. */
export class Equipment {
  readonly #given: { readonly by: string; readonly outfit: Outfit }[] = [];
  #closed = false;

  constructor(
    readonly session: string,
    readonly log: Logger,
  ) {}

  get access(): ModelAccess | undefined {
    return this.#given.find(({ outfit }) => outfit.access)?.outfit.access;
  }

  get servers(): readonly ToolServer[] {
    return this.#given.flatMap(({ outfit }) => outfit.tools ?? []);
  }

  /** Takes what an outfitter gives. What comes after the end is closed at once. @throws what it throws */
  async take(outfitter: Outfitter, session: Outfitting): Promise<void> {
    const outfit = await outfitter.outfit(session);
    if (!outfit) return;
    const given = { by: outfitter.id, outfit };
    if (this.#closed) return this.#closeOne(given);
    this.#given.push(given);
  }

  /** @throws Error that names both of two that cannot be worn together */
  fitTogether(): void {
    refuseTwo(
      "give access to the model",
      this.#given.filter(({ outfit }) => outfit.access),
    );
    for (const { name } of this.servers)
      refuseTwo(
        `bring a tool server "${name}"`,
        this.#given.filter(({ outfit }) => outfit.tools?.name === name),
      );
  }

  /** Closes all outfits, side by side. Never throws; what fails is told. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#given.splice(0).map(given => this.#closeOne(given)));
  }

  async #closeOne({ by, outfit }: { by: string; outfit: Outfit }): Promise<void> {
    const told = { outfitter: by, session: this.session };
    const closing = (async () => outfit.close?.())().catch(error =>
      this.log.error("an outfit could not be closed", { ...told, error: messageOf(error) }),
    );
    if (!(await settledWithin(closing, CLOSING * 1000)))
      this.log.error("an outfit did not close in time and was left behind", { ...told, seconds: CLOSING });
  }
}

function refuseTwo(what: string, [first, second]: readonly { readonly by: string }[]): void {
  if (second) throw new Error(`"${first!.by}" and "${second.by}" both ${what}; turn one of them off`);
}
