/**
 * What was used lately, by key, up to a size: a newer and an older half. When the newer is full it becomes the older,
 * and what was in the older and not asked for since then is forgotten.
 */
export class Recent<K, V> {
  #newer = new Map<K, V>();
  #older = new Map<K, V>();
  #size = 0;

  /** @param most the sizes of both halves together, as `sizeOf` counts them */
  constructor(
    readonly most: number,
    readonly sizeOf: (value: V) => number,
  ) {}

  get(key: K): V | undefined {
    return this.#newer.get(key) ?? this.#again(key);
  }

  /** What is larger than a half is not kept. */
  keep(key: K, value: V): void {
    const size = this.sizeOf(value);
    if (size > this.most / 2) return;
    if (this.#size + size > this.most / 2) this.#turn();
    this.#newer.set(key, value);
    this.#size += size;
  }

  #again(key: K): V | undefined {
    const value = this.#older.get(key);
    if (value !== undefined) this.keep(key, value);
    return value;
  }

  #turn(): void {
    this.#older = this.#newer;
    this.#newer = new Map();
    this.#size = 0;
  }
}
