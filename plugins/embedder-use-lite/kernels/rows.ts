import { all, along, folded } from "./wat";

/** Four numbers of the row that begins at `base`. */
const four = (base: string) => `(v128.load (i32.add (local.get ${base}) (local.get $at)))`;

/**
 * `layerNorm(from, to, gain, bias, count, width)`: each row with mean 0 and variance 1, times the gain, plus the bias.
 */
export const layerNorm = `
(func (export "layerNorm")
  (param $from i32) (param $to i32) (param $gain i32) (param $bias i32) (param $count i32) (param $width i32)
  (local $bytes i32) (local $at i32) (local $sum v128) (local $mean v128) (local $value v128) (local $factor v128)
  (local.set $bytes (i32.shl (local.get $width) (i32.const 2)))
  (loop $row
    (local.set $sum ${all(0)})
    ${along("$total", `(local.set $sum (f32x4.add (local.get $sum) ${four("$from")}))`)}
    (local.set $mean (f32x4.splat (f32.div ${folded("$sum", "f32.add")} (f32.convert_i32_u (local.get $width)))))
    (local.set $sum ${all(0)})
    ${along(
      "$variance",
      `(local.set $value (f32x4.sub ${four("$from")} (local.get $mean)))
       (local.set $sum (f32x4.add (local.get $sum) (f32x4.mul (local.get $value) (local.get $value))))`,
    )}
    (local.set $factor
      (f32x4.splat
        (f32.div
          (f32.const 1)
          (f32.sqrt
            (f32.add
              (f32.const 1e-6)
              (f32.div ${folded("$sum", "f32.add")} (f32.convert_i32_u (local.get $width))))))))
    ${along(
      "$scaled",
      `(v128.store (i32.add (local.get $to) (local.get $at))
         (f32x4.add
           ${four("$bias")}
           (f32x4.mul
             ${four("$gain")}
             (f32x4.mul (local.get $factor) (f32x4.sub ${four("$from")} (local.get $mean))))))`,
    )}
    (local.set $from (i32.add (local.get $from) (local.get $bytes)))
    (local.set $to (i32.add (local.get $to) (local.get $bytes)))
    (br_if $row (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))`;

/** A float between -2²² and 2²² plus this has its nearest whole number in its low bits, above `MAGIC_BITS`. */
const MAGIC = all(1.5 * 2 ** 23);
const MAGIC_BITS = "(v128.const i32x4 0x4b400000 0x4b400000 0x4b400000 0x4b400000)";
const whole = (numbers: string) =>
  `(i32x4.sub (f32x4.add ${MAGIC} (f32x4.mul (local.get $factors) ${numbers})) ${MAGIC_BITS})`;

/**
 * `quantise(from, to, scales, count, width)`: each row in 16-bit numbers, and for each row the scale that gives its floats back.
 * The length of a row of whole numbers stays under 46,340, so that by Cauchy–Schwarz no sum of products of two of them leaves 32 bits.
 */
export const quantise = `
(func (export "quantise")
  (param $from i32) (param $to i32) (param $scales i32) (param $count i32) (param $width i32)
  (local $bytes i32) (local $at i32) (local $sum v128) (local $most v128) (local $value v128)
  (local $length f32) (local $factor f32) (local $factors v128)
  (local.set $bytes (i32.shl (local.get $width) (i32.const 2)))
  (loop $row
    (local.set $sum ${all(0)})
    (local.set $most ${all(0)})
    ${along(
      "$measure",
      `(local.set $value ${four("$from")})
       (local.set $sum (f32x4.add (local.get $sum) (f32x4.mul (local.get $value) (local.get $value))))
       (local.set $most (f32x4.max (local.get $most) (f32x4.abs (local.get $value))))`,
    )}
    (local.set $length (f32.sqrt ${folded("$sum", "f32.add")}))
    (local.set $factor
      (f32.min
        (f32.div (f32.const 46300) (local.get $length))
        (f32.div (f32.const 32767) ${folded("$most", "f32.max")})))
    (if (i32.eqz (f32.gt (local.get $length) (f32.const 0)))
      (then (local.set $factor (f32.const 1))))
    (local.set $factors (f32x4.splat (local.get $factor)))
    (f32.store (local.get $scales) (f32.div (f32.const 1) (local.get $factor)))
    (local.set $at (i32.const 0))
    (loop $write
      (v128.store (local.get $to)
        (i16x8.narrow_i32x4_s
          ${whole(four("$from"))}
          ${whole("(v128.load offset=16 (i32.add (local.get $from) (local.get $at)))")}))
      (local.set $to (i32.add (local.get $to) (i32.const 16)))
      (br_if $write
        (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 32))) (local.get $bytes))))
    (local.set $from (i32.add (local.get $from) (local.get $bytes)))
    (local.set $scales (i32.add (local.get $scales) (i32.const 4)))
    (br_if $row (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))`;
