import { type Bonds, bondsOf } from "./bonds";
import { Crowd } from "./crowd";
import { nearestOf } from "./neighbours";
import { principalPlaces, type Vectors } from "./principal";

/** What is laid out. */
export interface LayoutTask extends Vectors {
  /** Where each was before, x and y in turn; NaN for what is new. Absent: all of it from nothing. */
  readonly before?: Float64Array;
}

/** Neighbours of a work that its place is drawn to, and how many of them count. */
const NEIGHBOURS = 30;
const PERPLEXITY = 10;
/** Steps from nothing, those of them in which the bonds are stronger, and steps when there was a layout before. */
const STEPS = 500;
const EARLY = 150;
const STEPS_AGAIN = 120;
/** How much stronger the bonds are in the beginning. */
const EXAGGERATION = 12;

/**
 * Gives each vector a place in the plane so that what was near is near: t-SNE with Barnes-Hut, begun at the two principal directions
 * (or at the places of before, which then move little), with no chance in it: the same task, the same places.
 */
export function layout(task: LayoutTask): Float64Array {
  const { count, before } = task;
  if (count < 3) return Float64Array.from([0, 0, 1, 0].slice(0, count * 2));
  const neighbours = nearestOf(task, NEIGHBOURS);
  const bonds = bondsOf(neighbours, Math.min(PERPLEXITY, (count - 1) / 3));
  const places = before ? takeOver(before, neighbours.near, neighbours.size) : principalPlaces(task).map(x => x * 1e-2);
  apartALittle(places);
  const movement = new Movement(places, bonds);
  if (!before) {
    for (let step = 0; step < EARLY; step++) movement.step(EXAGGERATION, 0.5);
    for (let step = EARLY; step < STEPS; step++) movement.step(1, 0.8);
  } else for (let step = 0; step < STEPS_AGAIN; step++) movement.step(1, 0.5);
  return places;
}

/** What is new begins in the middle of those of its neighbours that have a place. */
function takeOver(before: Float64Array, near: Int32Array, size: number): Float64Array {
  const places = before.slice();
  for (let i = 0; i < places.length / 2; i++) {
    if (!Number.isNaN(before[i * 2]!)) continue;
    const known = [...near.subarray(i * size, (i + 1) * size)].filter(j => !Number.isNaN(before[j * 2]!)).slice(0, 5);
    for (const axis of [0, 1])
      places[i * 2 + axis] = known.reduce((sum, j) => sum + before[j * 2 + axis]!, 0) / Math.max(1, known.length);
  }
  return places;
}

/** Nothing pushes two apart that lie in the very same place. */
function apartALittle(places: Float64Array): void {
  for (let i = 0; i < places.length; i++) places[i]! += 1e-5 * Math.sin(i * 12.9898);
}

/** Steps down the slope, with momentum and a gain for each coordinate (Jacobs, 1988). */
class Movement {
  readonly #crowd = new Crowd();
  readonly #push: Float64Array;
  readonly #slope: Float64Array;
  readonly #speed: Float64Array;
  readonly #gain: Float64Array;
  readonly #rate: number;

  constructor(
    readonly places: Float64Array,
    readonly bonds: Bonds,
  ) {
    this.#push = new Float64Array(places.length);
    this.#slope = new Float64Array(places.length);
    this.#speed = new Float64Array(places.length);
    this.#gain = new Float64Array(places.length).fill(1);
    const count = places.length / 2;
    this.#rate = Math.max(count / EXAGGERATION, Math.min(50, count));
  }

  /** @param pull how much stronger than usual the bonds are @param momentum what is kept of the speed */
  step(pull: number, momentum: number): void {
    const total = this.#crowd.pushes(this.places, this.#push);
    for (let i = 0; i < this.#slope.length; i++) this.#slope[i] = -4 * (this.#push[i]! / total);
    this.#pull(pull);
    this.#move(momentum);
    centre(this.places);
  }

  #pull(strength: number): void {
    const { from, to, weight } = this.bonds;
    for (let e = 0; e < from.length; e++) {
      const [a, b] = [from[e]! * 2, to[e]! * 2];
      const dx = this.places[a]! - this.places[b]!;
      const dy = this.places[a + 1]! - this.places[b + 1]!;
      const force = (4 * strength * weight[e]!) / (1 + dx * dx + dy * dy);
      this.#slope[a]! += force * dx;
      this.#slope[a + 1]! += force * dy;
    }
  }

  #move(momentum: number): void {
    for (let i = 0; i < this.places.length; i++) {
      const slope = this.#slope[i]!;
      const turned = slope > 0 === this.#speed[i]! > 0;
      const gain = Math.max(0.01, turned ? this.#gain[i]! * 0.8 : this.#gain[i]! + 0.2);
      this.#gain[i] = gain;
      this.#speed[i] = momentum * this.#speed[i]! - this.#rate * gain * slope;
      this.places[i]! += this.#speed[i]!;
    }
  }
}

function centre(places: Float64Array): void {
  let [x, y] = [0, 0];
  for (let at = 0; at < places.length; at += 2) {
    x += places[at]!;
    y += places[at + 1]!;
  }
  for (let at = 0; at < places.length; at += 2) {
    places[at]! -= (2 * x) / places.length;
    places[at + 1]! -= (2 * y) / places.length;
  }
}
