import { all, repeat } from "./wat";

/**
 * The rows and the columns that are summed at a time: 4 × 2 sums, 2 vectors of the matrix, 1 of the rows and 1 product
 * fit the 15 vector registers that a function may use on x86.
 */
const ROWS = 4;
const VECTORS = 2;

const sum = (row: number, vector: number) => `$sum${row}${vector}`;
const sums = repeat(ROWS, row => repeat(VECTORS, vector => `(local ${sum(row, vector)} v128)`));
const clear = repeat(ROWS, row => repeat(VECTORS, vector => `(local.set ${sum(row, vector)} ${all(0)})`));
const loadMatrix = repeat(
  VECTORS,
  vector => `(local.set $matrix${vector} (v128.load offset=${16 * vector} (local.get $from)))`,
);

/** Two steps along the rows at once: each lane of `i32x4.dot_i16x8_s` is the sum of two products. */
const addProducts = (row: number) => `
  (local.set $pair (v128.load32_splat (local.get $row${row})))
  ${repeat(
    VECTORS,
    vector => `
  (local.set ${sum(row, vector)}
    (i32x4.add (local.get ${sum(row, vector)}) (i32x4.dot_i16x8_s (local.get $pair) (local.get $matrix${vector}))))`,
  )}`;

/** What is done with a number before it is written: nothing, nothing below zero, added to what is there. */
const endings = {
  multiply: () => "",
  multiplyPositive: () => `(local.set $value (f32x4.max (local.get $value) ${all(0)}))`,
  multiplyAdd: (vector: number) =>
    `(local.set $value (f32x4.add (local.get $value) (v128.load offset=${16 * vector} (local.get $to))))`,
};
type Name = keyof typeof endings;

/** Makes a float of a sum, adds the bias, and writes it. */
const write = (name: Name, row: number, vector: number) => `
  (local.set $value
    (f32x4.add
      (v128.load offset=${16 * vector} (local.get $bias))
      (f32x4.mul
        (v128.load offset=${16 * vector} (local.get $scales))
        (f32x4.mul (local.get $scale) (f32x4.convert_i32x4_s (local.get ${sum(row, vector)}))))))
  ${endings[name](vector)}
  (v128.store offset=${16 * vector} (local.get $to) (local.get $value))`;

const writeRow = (name: Name, row: number) => `
  (local.set $scale (v128.load32_splat offset=${4 * row} (local.get $rowScale)))
  ${repeat(VECTORS, vector => write(name, row, vector))}
  (local.set $to (i32.add (local.get $to) (local.get $lineOut)))`;

/**
 * `multiply(rows, rowScales, matrix, scales, bias, out, count, depth, width)`: `out[count × width] = rows[count × depth] · matrix`,
 * of 16-bit numbers, each row and each column with its scale. The matrix lies in panels of 8 columns, in a panel by pairs of steps:
 * the 2 numbers of the first column, the 2 of the second… `count` is rounded up to 4, so that up to 3 rows more are read and written.
 * `multiplyPositive` writes nothing below zero; `multiplyAdd` adds to what is there.
 */
const multiplying = (name: Name) => `
(func (export "${name}")
  (param $rows i32) (param $rowScales i32) (param $matrix i32) (param $scales i32) (param $bias i32)
  (param $out i32) (param $count i32) (param $depth i32) (param $width i32)
  (local $column i32) (local $done i32) (local $steps i32) (local $from i32) (local $to i32) (local $rowScale i32)
  (local $lineIn i32) (local $lineOut i32) (local $pair v128) (local $value v128) (local $scale v128)
  ${repeat(ROWS, row => `(local $row${row} i32)`)}
  ${repeat(VECTORS, vector => `(local $matrix${vector} v128)`)}
  ${sums}
  (local.set $lineIn (i32.shl (local.get $depth) (i32.const 1)))
  (local.set $lineOut (i32.shl (local.get $width) (i32.const 2)))
  (loop $panel
    (local.set $done (i32.const 0))
    (local.set $rowScale (local.get $rowScales))
    (local.set $row0 (local.get $rows))
    (loop $block
      ${repeat(ROWS - 1, row => `(local.set $row${row + 1} (i32.add (local.get $row${row}) (local.get $lineIn)))`)}
      (local.set $from (local.get $matrix))
      (local.set $steps (i32.shr_u (local.get $depth) (i32.const 1)))
      ${clear}
      (loop $step
        ${loadMatrix}
        ${repeat(ROWS, addProducts)}
        ${repeat(ROWS, row => `(local.set $row${row} (i32.add (local.get $row${row}) (i32.const 4)))`)}
        (local.set $from (i32.add (local.get $from) (i32.const ${16 * VECTORS})))
        (br_if $step (local.tee $steps (i32.sub (local.get $steps) (i32.const 1)))))
      (local.set $to
        (i32.add
          (i32.add (local.get $out) (local.get $column))
          (i32.mul (local.get $done) (local.get $lineOut))))
      ${repeat(ROWS, row => writeRow(name, row))}
      (local.set $row0 (local.get $row${ROWS - 1}))
      (local.set $rowScale (i32.add (local.get $rowScale) (i32.const ${4 * ROWS})))
      (br_if $block
        (i32.lt_u (local.tee $done (i32.add (local.get $done) (i32.const ${ROWS}))) (local.get $count))))
    (local.set $matrix (local.get $from))
    (local.set $scales (i32.add (local.get $scales) (i32.const ${16 * VECTORS})))
    (local.set $bias (i32.add (local.get $bias) (i32.const ${16 * VECTORS})))
    (br_if $panel
      (i32.lt_u
        (local.tee $column (i32.add (local.get $column) (i32.const ${16 * VECTORS})))
        (local.get $lineOut)))))`;

export const multiply: string = (Object.keys(endings) as Name[]).map(multiplying).join("\n");
