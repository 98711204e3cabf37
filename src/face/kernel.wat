;; The loops that took most of the time outside of the networks, on two or four numbers at once.
;; `npm run kernel` writes kernel-code.ts from this file.
(module
  (memory (export "memory") 1)

  ;; Samples an image bilinearly at `count` >= 1 points, from (x, y) on in steps of (dx, dy), and writes their red, green
  ;; and blue (0..255) as f32 to three planes, the first at `out`, each `plane` bytes behind the one before.
  ;;
  ;; The image is RGB bytes, rows `stride` bytes apart; pixel (0, 0) would lie at `image`, even where that is outside of the
  ;; memory because only a part of the image was copied. Each point has all four neighbours inside of the image; the two
  ;; bytes behind them are read as well.
  ;;
  ;; In double precision, because the int8 networks turn the slightest change of a pixel into a visible one of the score.
  (func (export "sample")
    (param $image i32) (param $stride i32)
    (param $x f64) (param $y f64) (param $dx f64) (param $dy f64)
    (param $count i32) (param $out i32) (param $plane i32)
    (local $at i32) (local $point v128) (local $step v128) (local $whole v128) (local $rest v128)
    (local $right v128) (local $below v128) (local $upper v128) (local $lower v128)
    (local $left v128) (local $top v128) (local $bottom v128) (local $blue v128)
    (local.set $point (f64x2.replace_lane 1 (f64x2.splat (local.get $x)) (local.get $y)))
    (local.set $step (f64x2.replace_lane 1 (f64x2.splat (local.get $dx)) (local.get $dy)))
    (loop $next
      ;; Rounded down by what adding 1.5 * 2^52 does: the low half of each double is then the whole number. A point on a
      ;; whole number may come to the pixel before, with a rest of 1, which gives the same.
      (local.set $whole (f64x2.add
        (f64x2.sub (local.get $point) (v128.const f64x2 0.5 0.5))
        (v128.const f64x2 6755399441055744 6755399441055744)))
      (local.set $at (i32.add (local.get $image) (i32.add
        (i32.mul (i32x4.extract_lane 2 (local.get $whole)) (local.get $stride))
        (i32.mul (i32x4.extract_lane 0 (local.get $whole)) (i32.const 3)))))
      (local.set $rest (f64x2.sub (local.get $point)
        (f64x2.sub (local.get $whole) (v128.const f64x2 6755399441055744 6755399441055744))))
      (local.set $right (i8x16.shuffle 0 1 2 3 4 5 6 7 0 1 2 3 4 5 6 7 (local.get $rest) (local.get $rest)))
      (local.set $below (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $rest) (local.get $rest)))
      ;; Two neighbours: R G B R' G' B' and two bytes more; bytes 8 to 15 are 0.
      (local.set $upper (v128.load64_zero (local.get $at)))
      (local.set $lower (v128.load64_zero (i32.add (local.get $at) (local.get $stride))))

      ;; Red and green of the upper row, then of the lower one, then of the point.
      (local.set $left (f64x2.convert_low_i32x4_s (i8x16.swizzle (local.get $upper)
        (v128.const i8x16 0 -1 -1 -1 1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1))))
      (local.set $top (f64x2.add (local.get $left) (f64x2.mul (local.get $right) (f64x2.sub
        (f64x2.convert_low_i32x4_s (i8x16.swizzle (local.get $upper)
          (v128.const i8x16 3 -1 -1 -1 4 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1)))
        (local.get $left)))))
      (local.set $left (f64x2.convert_low_i32x4_s (i8x16.swizzle (local.get $lower)
        (v128.const i8x16 0 -1 -1 -1 1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1))))
      (local.set $bottom (f64x2.add (local.get $left) (f64x2.mul (local.get $right) (f64x2.sub
        (f64x2.convert_low_i32x4_s (i8x16.swizzle (local.get $lower)
          (v128.const i8x16 3 -1 -1 -1 4 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1)))
        (local.get $left)))))
      (local.set $top (f32x4.demote_f64x2_zero (f64x2.add (local.get $top)
        (f64x2.mul (local.get $below) (f64x2.sub (local.get $bottom) (local.get $top))))))
      (v128.store32_lane 0 (local.get $out) (local.get $top))
      (v128.store32_lane 1 (i32.add (local.get $out) (local.get $plane)) (local.get $top))

      ;; Blue of both rows at once.
      (local.set $left (f64x2.convert_low_i32x4_s
        (i8x16.shuffle 2 8 8 8 18 8 8 8 8 8 8 8 8 8 8 8 (local.get $upper) (local.get $lower))))
      (local.set $blue (f64x2.add (local.get $left) (f64x2.mul (local.get $right) (f64x2.sub
        (f64x2.convert_low_i32x4_s
          (i8x16.shuffle 5 8 8 8 21 8 8 8 8 8 8 8 8 8 8 8 (local.get $upper) (local.get $lower)))
        (local.get $left)))))
      (f32.store (i32.add (local.get $out) (i32.shl (local.get $plane) (i32.const 1)))
        (f32.demote_f64 (f64.add (f64x2.extract_lane 0 (local.get $blue))
          (f64.mul (f64x2.extract_lane 0 (local.get $below))
            (f64.sub (f64x2.extract_lane 1 (local.get $blue)) (f64x2.extract_lane 0 (local.get $blue)))))))

      (local.set $point (f64x2.add (local.get $point) (local.get $step)))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br_if $next (local.get $count))))

  ;; A matrix of f32, row by row at `rows`, times a vector at `vector`: `count` numbers at `out`. `columns` is a multiple of 8.
  (func (export "multiply")
    (param $rows i32) (param $columns i32) (param $count i32) (param $vector i32) (param $out i32)
    (local $end i32) (local $at i32) (local $even v128) (local $odd v128)
    (local.set $end (i32.add (local.get $vector) (i32.shl (local.get $columns) (i32.const 2))))
    (loop $row
      (local.set $at (local.get $vector))
      (local.set $even (v128.const f32x4 0 0 0 0))
      (local.set $odd (v128.const f32x4 0 0 0 0))
      (loop $next
        (local.set $even (f32x4.add (local.get $even)
          (f32x4.mul (v128.load (local.get $rows)) (v128.load (local.get $at)))))
        (local.set $odd (f32x4.add (local.get $odd)
          (f32x4.mul (v128.load offset=16 (local.get $rows)) (v128.load offset=16 (local.get $at)))))
        (local.set $rows (i32.add (local.get $rows) (i32.const 32)))
        (local.set $at (i32.add (local.get $at) (i32.const 32)))
        (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
      (local.set $even (f32x4.add (local.get $even) (local.get $odd)))
      (f32.store (local.get $out) (f32.add
        (f32.add (f32x4.extract_lane 0 (local.get $even)) (f32x4.extract_lane 1 (local.get $even)))
        (f32.add (f32x4.extract_lane 2 (local.get $even)) (f32x4.extract_lane 3 (local.get $even)))))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br_if $row (local.get $count))))
)
