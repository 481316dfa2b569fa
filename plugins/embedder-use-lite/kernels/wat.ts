/** The text of something that is written out `count` times. */
export const repeat = (count: number, write: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => write(index)).join("\n");

/** A loop over a row of `$bytes` bytes, 16 at a time; `$at` is where it is. */
export const along = (name: string, body: string): string => `
  (local.set $at (i32.const 0))
  (loop ${name}
    ${body}
    (br_if ${name}
      (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 16))) (local.get $bytes))))`;

/** What an operation makes of the four lanes of a vector. */
export const folded = (vector: string, operation: "f32.add" | "f32.max"): string =>
  [1, 2, 3].reduce(
    (sum, lane) => `(${operation} ${sum} (f32x4.extract_lane ${lane} (local.get ${vector})))`,
    `(f32x4.extract_lane 0 (local.get ${vector}))`,
  );

/** A vector of four times the same number. */
export const all = (number: number): string => `(v128.const f32x4 ${number} ${number} ${number} ${number})`;
