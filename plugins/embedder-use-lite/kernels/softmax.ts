import { all, along, folded } from "./wat";

const value = "(local.get $value)";

/** ln 2 in two parts, so that many of it can be taken from a float without loss. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.1219444e-4;
/** Of (eˣ - 1 - x) / x² between -½ ln 2 and ½ ln 2, highest power first: the table of the Cephes library. */
const POWERS = [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1];
const series = POWERS.slice(1).reduce(
  (sum, power) => `(f32x4.add ${all(power)} (f32x4.mul ${value} ${sum}))`,
  all(POWERS[0]!),
);

/** eˣ of the four numbers in `$value`, none above 0, to 2 parts in 10⁷; what is less than e⁻⁸⁷ becomes that. */
const exponential = `
  (local.set $value (f32x4.max ${value} ${all(-87)}))
  (local.set $power (f32x4.nearest (f32x4.mul ${value} ${all(Math.LOG2E)})))
  (local.set $value (f32x4.sub ${value} (f32x4.mul (local.get $power) ${all(LN2_HIGH)})))
  (local.set $value (f32x4.sub ${value} (f32x4.mul (local.get $power) ${all(LN2_LOW)})))
  (local.set $value
    (f32x4.add
      (f32x4.add ${value} ${all(1)})
      (f32x4.mul (f32x4.mul ${value} ${value}) ${series})))
  (local.set $value
    (f32x4.mul
      ${value}
      (i32x4.shl
        (i32x4.add (i32x4.trunc_sat_f32x4_s (local.get $power)) (v128.const i32x4 127 127 127 127))
        (i32.const 23))))`;

const here = "(i32.add (local.get $row) (local.get $at))";

/**
 * `softmax(row, line, count, width, scale)`: makes of each row of scores, in place, shares that add up to 1. `line` is the bytes of a
 * row, a multiple of 16; what stands behind `width` counts as nothing.
 */
export const softmax = `
(func (export "softmax")
  (param $row i32) (param $bytes i32) (param $count i32) (param $width i32) (param $scale f32)
  (local $at i32) (local $value v128) (local $power v128) (local $most v128) (local $sum v128) (local $factor v128)
  (loop $next
    (local.set $at (i32.shl (local.get $width) (i32.const 2)))
    (block $filled
      (loop $fill
        (br_if $filled (i32.ge_u (local.get $at) (local.get $bytes)))
        (f32.store ${here} (f32.const -1e30))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br $fill)))
    (local.set $most ${all(-1e30)})
    ${along("$highest", `(local.set $most (f32x4.max (local.get $most) (v128.load ${here})))`)}
    (local.set $most (f32x4.splat ${folded("$most", "f32.max")}))
    (local.set $sum ${all(0)})
    ${along(
      "$raise",
      `(local.set $value
         (f32x4.mul (f32x4.splat (local.get $scale)) (f32x4.sub (v128.load ${here}) (local.get $most))))
       ${exponential}
       (local.set $sum (f32x4.add (local.get $sum) ${value}))
       (v128.store ${here} ${value})`,
    )}
    (local.set $factor (f32x4.splat (f32.div (f32.const 1) ${folded("$sum", "f32.add")})))
    ${along("$share", `(v128.store ${here} (f32x4.mul (local.get $factor) (v128.load ${here})))`)}
    (local.set $row (i32.add (local.get $row) (local.get $bytes)))
    (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))`;
