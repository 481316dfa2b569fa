;; Scalar products of one vector with many, in bytes. Four rows at a time, eight dimensions at a time: the bytes of a row are widened
;; while they are loaded, multiplied with the query's 16-bit numbers, and added in pairs to four sums of 32 bits.
(module
  (import "index" "memory" (memory 1 65536))

  ;; scores[i] = scales[i] * (rows[i] · query), for each i below `count` (a multiple of 4). Of four rows whose bytes in `allowed` are all
  ;; zero the scores are -inf, and they are not read. `dims` is a multiple of 16.
  (func (export "scan")
    (param $rows i32) (param $scales i32) (param $allowed i32) (param $scores i32)
    (param $count i32) (param $query i32) (param $dims i32)
    (local $end i32) (local $stride i32) (local $q i32) (local $qEnd i32)
    (local $r0 i32) (local $r1 i32) (local $r2 i32) (local $r3 i32)
    (local $s0 v128) (local $s1 v128) (local $s2 v128) (local $s3 v128)
    (local $a v128) (local $b v128)
    (if (i32.eqz (local.get $count)) (then (return)))
    (local.set $end (i32.add (local.get $allowed) (local.get $count)))
    (local.set $stride (i32.shl (local.get $dims) (i32.const 2)))
    (local.set $qEnd (i32.add (local.get $query) (i32.shl (local.get $dims) (i32.const 1))))
    (loop $four
      (if (i32.load (local.get $allowed))
        (then
          (local.set $r0 (local.get $rows))
          (local.set $r1 (i32.add (local.get $r0) (local.get $dims)))
          (local.set $r2 (i32.add (local.get $r1) (local.get $dims)))
          (local.set $r3 (i32.add (local.get $r2) (local.get $dims)))
          (local.set $s0 (v128.const i32x4 0 0 0 0))
          (local.set $s1 (v128.const i32x4 0 0 0 0))
          (local.set $s2 (v128.const i32x4 0 0 0 0))
          (local.set $s3 (v128.const i32x4 0 0 0 0))
          (local.set $q (local.get $query))
          (loop $sixteen
            (local.set $a (v128.load (local.get $q)))
            (local.set $b (v128.load offset=16 (local.get $q)))
            (local.set $s0 (i32x4.add (local.get $s0) (i32x4.dot_i16x8_s (local.get $a) (v128.load8x8_s (local.get $r0)))))
            (local.set $s1 (i32x4.add (local.get $s1) (i32x4.dot_i16x8_s (local.get $a) (v128.load8x8_s (local.get $r1)))))
            (local.set $s2 (i32x4.add (local.get $s2) (i32x4.dot_i16x8_s (local.get $a) (v128.load8x8_s (local.get $r2)))))
            (local.set $s3 (i32x4.add (local.get $s3) (i32x4.dot_i16x8_s (local.get $a) (v128.load8x8_s (local.get $r3)))))
            (local.set $s0 (i32x4.add (local.get $s0) (i32x4.dot_i16x8_s (local.get $b) (v128.load8x8_s offset=8 (local.get $r0)))))
            (local.set $s1 (i32x4.add (local.get $s1) (i32x4.dot_i16x8_s (local.get $b) (v128.load8x8_s offset=8 (local.get $r1)))))
            (local.set $s2 (i32x4.add (local.get $s2) (i32x4.dot_i16x8_s (local.get $b) (v128.load8x8_s offset=8 (local.get $r2)))))
            (local.set $s3 (i32x4.add (local.get $s3) (i32x4.dot_i16x8_s (local.get $b) (v128.load8x8_s offset=8 (local.get $r3)))))
            (local.set $r0 (i32.add (local.get $r0) (i32.const 16)))
            (local.set $r1 (i32.add (local.get $r1) (i32.const 16)))
            (local.set $r2 (i32.add (local.get $r2) (i32.const 16)))
            (local.set $r3 (i32.add (local.get $r3) (i32.const 16)))
            (br_if $sixteen (i32.lt_u (local.tee $q (i32.add (local.get $q) (i32.const 32))) (local.get $qEnd))))
          ;; s0 = [sum of s0, sum of s1, sum of s2, sum of s3]
          (local.set $a (i32x4.add
            (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $s0) (local.get $s1))
            (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $s0) (local.get $s1))))
          (local.set $b (i32x4.add
            (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $s2) (local.get $s3))
            (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $s2) (local.get $s3))))
          (local.set $s0 (i32x4.add
            (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $a) (local.get $b))
            (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $a) (local.get $b))))
          (v128.store (local.get $scores)
            (f32x4.mul (f32x4.convert_i32x4_s (local.get $s0)) (v128.load (local.get $scales)))))
        (else (v128.store (local.get $scores) (v128.const f32x4 -inf -inf -inf -inf))))
      (local.set $rows (i32.add (local.get $rows) (local.get $stride)))
      (local.set $scales (i32.add (local.get $scales) (i32.const 16)))
      (local.set $scores (i32.add (local.get $scores) (i32.const 16)))
      (br_if $four (i32.lt_u (local.tee $allowed (i32.add (local.get $allowed) (i32.const 4))) (local.get $end))))))
