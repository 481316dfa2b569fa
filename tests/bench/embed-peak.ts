import wabt from "wabt";
import { all, repeat } from "../../plugins/embedder-use-lite/kernels/wat";

const ROWS = 4;
const COLUMNS = 2;
const UNROLLED = 4;

/** As many sums as the product keeps, the same instructions, nothing from memory. What goes in changes, so that no product can be left out. */
const round = (turn: number) =>
  repeat(
    COLUMNS,
    column => `
  ${repeat(
    ROWS,
    row => `
  (local.set $sum${row}${column}
    (i32x4.add (local.get $sum${row}${column}) (i32x4.dot_i16x8_s (local.get $row${row}) (local.get $column${column}))))`,
  )}
  (local.set $column${column} (v128.xor (local.get $column${column}) (local.get $row${turn % ROWS})))`,
  );

const source = `(module
(func (export "turn") (param $times i32) (param $seed i32) (result i32)
  (local $all v128)
  ${repeat(ROWS, row => `(local $row${row} v128)${repeat(COLUMNS, column => `(local $sum${row}${column} v128)`)}`)}
  ${repeat(COLUMNS, column => `(local $column${column} v128)`)}
  ${repeat(ROWS, row => `(local.set $row${row} (i32x4.splat (i32.add (local.get $seed) (i32.const ${row * 77}))))`)}
  ${repeat(COLUMNS, column => `(local.set $column${column} (i32x4.splat (i32.add (local.get $seed) (i32.const ${column * 777}))))`)}
  (local.set $all ${all(0)})
  (loop $again
    ${repeat(UNROLLED, round)}
    (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
  ${repeat(ROWS, row =>
    repeat(COLUMNS, column => `(local.set $all (v128.xor (local.get $all) (local.get $sum${row}${column})))`),
  )}
  (i32x4.extract_lane 0 (local.get $all))))`;

/** Multiplications of one turn. */
const TURN = ROWS * COLUMNS * UNROLLED * 8;

/** A loop that multiplies as fast as the machine can from WebAssembly: it answers how many multiplications it made. */
export async function peakLoop(): Promise<(multiplications: number) => number> {
  const module = (await wabt()).parseWat("peak.wat", source, { simd: true });
  const { turn } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(module.toBinary({}).buffer)))
    .exports as unknown as { turn(times: number, seed: number): number };
  return multiplications => {
    const times = Math.ceil(multiplications / TURN);
    turn(times, 65_537);
    return times * TURN;
  };
}
