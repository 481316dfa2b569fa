/** A file from which all was taken that its pixels do not need. */
export type Bare = BareStill | BareMoving;

/** To be decoded and written anew. */
export interface BareStill {
  readonly kind: "still";
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** How it is to be turned, as EXIF counts: 1 to 8. */
  readonly orientation: number;
}

/** To be kept as it is, once each of its frames was decoded. */
export interface BareMoving extends Size {
  readonly kind: "moving";
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly frames: readonly Frame[];
}

export interface Frame extends Size {
  /** A file of its own, for the decoder. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** In pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The most parts that a file is looked at for; no picture of a few megabytes has so many. */
export const MOST_PARTS = 20_000;
/** The most frames of a moving picture. */
export const MOST_FRAMES = 2_000;

/** Parts of a file, one behind the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A number as bytes, the least first. */
export const little = (value: number, count: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, index) => Math.floor(value / 256 ** index) & 255);
