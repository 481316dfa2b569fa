import { repeat } from "./wat";

const ROWS = 4;
const VECTORS = 2;
const sum = (row: number, vector: number) => `$sum${row}${vector}`;

/**
 * `turn(from, lineIn, to, lineOut, rows, columns)`: a matrix of floats with rows and columns changed; lines in bytes.
 */
export const turn = `
(func (export "turn")
  (param $from i32) (param $lineIn i32) (param $to i32) (param $lineOut i32) (param $rows i32) (param $columns i32)
  (local $column i32) (local $read i32) (local $written i32)
  (loop $row
    (local.set $read (local.get $from))
    (local.set $written (local.get $to))
    (local.set $column (local.get $columns))
    (loop $cell
      (f32.store (local.get $written) (f32.load (local.get $read)))
      (local.set $read (i32.add (local.get $read) (i32.const 4)))
      (local.set $written (i32.add (local.get $written) (local.get $lineOut)))
      (br_if $cell (local.tee $column (i32.sub (local.get $column) (i32.const 1)))))
    (local.set $from (i32.add (local.get $from) (local.get $lineIn)))
    (local.set $to (i32.add (local.get $to) (i32.const 4)))
    (br_if $row (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))`;

const addProducts = (row: number) => `
  (local.set $value (v128.load32_splat (local.get $row${row})))
  ${repeat(
    VECTORS,
    vector => `
  (local.set ${sum(row, vector)}
    (f32x4.add (local.get ${sum(row, vector)}) (f32x4.mul (local.get $value) (local.get $matrix${vector}))))`,
  )}
  (local.set $row${row} (i32.add (local.get $row${row}) (i32.const 4)))`;

/**
 * `combine(rows, lineRows, matrix, lineMatrix, out, lineOut, count, depth, width)`: `out = rows · matrix` in floats, lines in bytes.
 * `count` is rounded up to 4 and `width` to 8: so much is read and written.
 */
export const combine = `
(func (export "combine")
  (param $rows i32) (param $lineRows i32) (param $matrix i32) (param $lineMatrix i32) (param $out i32)
  (param $lineOut i32) (param $count i32) (param $depth i32) (param $width i32)
  (local $column i32) (local $done i32) (local $steps i32) (local $from i32) (local $to i32) (local $value v128)
  ${repeat(ROWS, row => `(local $row${row} i32)`)}
  ${repeat(VECTORS, vector => `(local $matrix${vector} v128)`)}
  ${repeat(ROWS, row => repeat(VECTORS, vector => `(local ${sum(row, vector)} v128)`))}
  (loop $block
    (local.set $column (i32.const 0))
    (loop $panel
      (local.set $row0 (local.get $rows))
      ${repeat(ROWS - 1, row => `(local.set $row${row + 1} (i32.add (local.get $row${row}) (local.get $lineRows)))`)}
      (local.set $from (i32.add (local.get $matrix) (i32.shl (local.get $column) (i32.const 2))))
      (local.set $steps (local.get $depth))
      ${repeat(ROWS, row => repeat(VECTORS, vector => `(local.set ${sum(row, vector)} (v128.const f32x4 0 0 0 0))`))}
      (loop $step
        ${repeat(VECTORS, vector => `(local.set $matrix${vector} (v128.load offset=${16 * vector} (local.get $from)))`)}
        ${repeat(ROWS, addProducts)}
        (local.set $from (i32.add (local.get $from) (local.get $lineMatrix)))
        (br_if $step (local.tee $steps (i32.sub (local.get $steps) (i32.const 1)))))
      (local.set $to (i32.add (local.get $out) (i32.shl (local.get $column) (i32.const 2))))
      ${repeat(
        ROWS,
        row => `
      ${repeat(VECTORS, vector => `(v128.store offset=${16 * vector} (local.get $to) (local.get ${sum(row, vector)}))`)}
      (local.set $to (i32.add (local.get $to) (local.get $lineOut)))`,
      )}
      (br_if $panel
        (i32.lt_u (local.tee $column (i32.add (local.get $column) (i32.const ${4 * VECTORS}))) (local.get $width))))
    (local.set $rows (i32.add (local.get $rows) (i32.mul (local.get $lineRows) (i32.const ${ROWS}))))
    (local.set $out (i32.add (local.get $out) (i32.mul (local.get $lineOut) (i32.const ${ROWS}))))
    (br_if $block
      (i32.lt_u (local.tee $done (i32.add (local.get $done) (i32.const ${ROWS}))) (local.get $count)))))`;
