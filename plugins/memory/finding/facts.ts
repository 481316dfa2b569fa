import type { Audience, Privacy } from "../contract";
import type { PassageFacts } from "../index-parts";
import { Interned } from "./interned";
import type { Allowed, Slot } from "./vector-index";
import { maySee } from "./visibility";

/** Which passages a question is about. */
export interface Filter {
  readonly audience: Audience;
  readonly types?: readonly string[] | undefined;
  /** A part of a name or of a key, whatever its capitals. */
  readonly person?: string | undefined;
  /** First and last day; what has no date is in neither. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Also what was only written down again. */
  readonly recalled?: boolean | undefined;
}

/** Places that a question may look at, and how many they are. */
export interface Permitted {
  readonly allowed: Allowed;
  readonly count: number;
}

const PRIVACIES: readonly Privacy[] = ["public", "own", "private"];
const FIRST_ROOM = 1024;

/** `YYYY-MM-DD` as a number that grows with the day; 0 for none. */
const dayNumber = (date: string | null): number =>
  date === null ? 0 : Number(date.slice(0, 10).replaceAll("-", "")) || 0;

const columns = (room: number) => ({
  no: new Float64Array(room),
  file: new Float64Array(room),
  day: new Uint32Array(room),
  type: new Uint32Array(room),
  person: new Uint32Array(room),
  name: new Uint32Array(room),
  privacy: new Uint8Array(room),
  recalled: new Uint8Array(room),
  used: new Uint8Array(room),
});
type Columns = ReturnType<typeof columns>;

/** All passages in memory, without their texts: what filters look at. Each has a place, which is free again when it goes. */
export class Facts {
  readonly #slots = new Map<number, Slot>();
  readonly #free: Slot[] = [];
  readonly #types = new Interned();
  readonly #persons = new Interned();
  readonly #names = new Interned();
  #columns: Columns = columns(FIRST_ROOM);
  #end = 0;

  /** Passages. */
  get count(): number {
    return this.#slots.size;
  }

  /** A passage's place; one that is known keeps it. */
  add(facts: PassageFacts): Slot {
    const slot = this.#slots.get(facts.no) ?? this.#free.pop() ?? this.#next();
    const at = this.#columns;
    this.#slots.set(facts.no, slot);
    at.no[slot] = facts.no;
    at.file[slot] = facts.file;
    at.day[slot] = dayNumber(facts.date);
    at.type[slot] = this.#types.number(facts.type);
    at.person[slot] = this.#persons.number(facts.person);
    at.name[slot] = this.#names.number(facts.name);
    at.privacy[slot] = PRIVACIES.indexOf(facts.privacy);
    at.recalled[slot] = facts.recalled ? 1 : 0;
    at.used[slot] = 1;
    return slot;
  }

  /** The place that has become free. */
  remove(no: number): Slot | undefined {
    const slot = this.#slots.get(no);
    if (slot === undefined) return undefined;
    this.#slots.delete(no);
    this.#columns.used[slot] = 0;
    this.#free.push(slot);
    return slot;
  }

  slotOf(no: number): Slot | undefined {
    return this.#slots.get(no);
  }
  noOf(slot: Slot): number {
    return this.#columns.no[slot]!;
  }
  fileOf(slot: Slot): number {
    return this.#columns.file[slot]!;
  }
  typeOf(slot: Slot): string {
    return this.#types.text(this.#columns.type[slot]!)!;
  }

  /** The places that a question may look at: whatever it asks, nothing else is shown to it. */
  permitted(filter: Filter): Permitted {
    const wanted = this.#wanted(filter);
    const allowed = new Uint8Array(this.#columns.used.length);
    let count = 0;
    for (let slot = 0; slot < this.#end; slot++)
      if (wanted(slot)) {
        allowed[slot] = 1;
        count++;
      }
    return { allowed, count };
  }

  #wanted({ audience, types, person, from, to, recalled = false }: Filter): (slot: Slot) => boolean {
    const at = this.#columns;
    const visible = PRIVACIES.map(privacy => this.#persons.where(key => maySee(audience, privacy, key)));
    const ofTypes = this.#types.where(type => !types || types.includes(type!));
    const holds = (text: string | null) =>
      person === undefined || (text !== null && folded(text).includes(folded(person)));
    const persons = this.#persons.where(holds);
    const names = this.#names.where(holds);
    const first = from === undefined ? 0 : Math.max(1, dayNumber(from));
    const last = to === undefined ? Number.POSITIVE_INFINITY : dayNumber(to);
    const least = to === undefined ? first : Math.max(1, first);
    return slot =>
      at.used[slot] === 1 &&
      visible[at.privacy[slot]!]![at.person[slot]!] === 1 &&
      (recalled || at.recalled[slot] === 0) &&
      ofTypes[at.type[slot]!] === 1 &&
      (persons[at.person[slot]!] === 1 || names[at.name[slot]!] === 1) &&
      at.day[slot]! >= least &&
      at.day[slot]! <= last;
  }

  #next(): Slot {
    if (this.#end === this.#columns.used.length) this.#columns = doubled(this.#columns);
    return this.#end++;
  }
}

const folded = (text: string): string => text.normalize("NFC").toLowerCase();

function doubled(old: Columns): Columns {
  const wide = columns(old.used.length * 2);
  for (const name of Object.keys(old) as (keyof Columns)[]) wide[name].set(old[name]);
  return wide;
}
