;; The loops that took most of the time outside of the networks, on two or four numbers at once.
;; `npm run kernel` writes kernel-code.ts from this file.
(module
  (memory (export "memory") 1)

  ;; Samples an image bilinearly at `count` >= 2 points, from (x, y) on in steps of (dx, dy), and writes their red, green
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
    (local $steps i32) (local $at v128) (local $first i32) (local $second i32)
    (local $xs v128) (local $ys v128) (local $stepX v128) (local $stepY v128)
    (local $wholeX v128) (local $wholeY v128) (local $restX v128) (local $restY v128)
    (local $upper v128) (local $lower v128) (local $left v128) (local $top v128) (local $bottom v128)
    ;; Two points at once. Of an odd number the second is computed twice.
    (local.set $xs (f64x2.replace_lane 1 (f64x2.splat (local.get $x)) (f64.add (local.get $x) (local.get $dx))))
    (local.set $ys (f64x2.replace_lane 1 (f64x2.splat (local.get $y)) (f64.add (local.get $y) (local.get $dy))))
    (local.set $steps (i32.sub (i32.const 2) (i32.and (local.get $count) (i32.const 1))))
    (loop $next
      ;; Rounded down by what adding 1.5 * 2^52 does: the low half of each double is then the whole number. A point on a
      ;; whole number may come to the pixel before, with a rest of 1, which gives the same.
      (local.set $wholeX (f64x2.add
        (f64x2.sub (local.get $xs) (v128.const f64x2 0.5 0.5))
        (v128.const f64x2 6755399441055744 6755399441055744)))
      (local.set $wholeY (f64x2.add
        (f64x2.sub (local.get $ys) (v128.const f64x2 0.5 0.5))
        (v128.const f64x2 6755399441055744 6755399441055744)))
      (local.set $restX (f64x2.sub (local.get $xs)
        (f64x2.sub (local.get $wholeX) (v128.const f64x2 6755399441055744 6755399441055744))))
      (local.set $restY (f64x2.sub (local.get $ys)
        (f64x2.sub (local.get $wholeY) (v128.const f64x2 6755399441055744 6755399441055744))))
      (local.set $at (i32x4.add (i32x4.splat (local.get $image)) (i32x4.add
        (i32x4.mul (local.get $wholeY) (i32x4.splat (local.get $stride)))
        (i32x4.mul (local.get $wholeX) (i32x4.splat (i32.const 3))))))
      (local.set $first (i32x4.extract_lane 0 (local.get $at)))
      (local.set $second (i32x4.extract_lane 2 (local.get $at)))
      ;; Of each point two neighbours: R G B R' G' B' and two bytes more.
      (local.set $upper
        (v128.load64_lane 1 (local.get $second) (v128.load64_zero (local.get $first))))
      (local.set $lower
        (v128.load64_lane 1 (i32.add (local.get $second) (local.get $stride))
          (v128.load64_zero (i32.add (local.get $first) (local.get $stride)))))
      ;; Red of both points: between the pixels of the upper row, of the lower one, and between the rows.
      (local.set $left (f64x2.convert_low_i32x4_s (i8x16.swizzle (local.get $upper)
        (v128.const i8x16 0 -1 -1 -1 8 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1))))
      (local.set $top (f64x2.add (local.get $left) (f64x2.mul (local.get $restX) (f64x2.sub
        (f64x2.convert_low_i32x4_s (i8x16.swizzle (local.get $upper)
          (v128.const i8x16 3 -1 -1 -1 11 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1)))
        (local.get $left)))))
      (local.set $left (f64x2.convert_low_i32x4_s (i8x16.swizzle (local.get $lower)
        (v128.const i8x16 0 -1 -1 -1 8 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1))))
      (local.set $bottom (f64x2.add (local.get $left) (f64x2.mul (local.get $restX) (f64x2.sub
        (f64x2.convert_low_i32x4_s (i8x16.swizzle (local.get $lower)
          (v128.const i8x16 3 -1 -1 -1 11 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1)))
        (local.get $left)))))
      (v128.store64_lane 0 (local.get $out)
        (f32x4.demote_f64x2_zero (f64x2.add (local.get $top)
          (f64x2.mul (local.get $restY) (f64x2.sub (local.get $bottom) (local.get $top))))))
      ;; Green of both points: between the pixels of the upper row, of the lower one, and between the rows.
      (local.set $left (f64x2.convert_low_i32x4_s (i8x16.swizzle (local.get $upper)
        (v128.const i8x16 1 -1 -1 -1 9 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1))))
      (local.set $top (f64x2.add (local.get $left) (f64x2.mul (local.get $restX) (f64x2.sub
        (f64x2.convert_low_i32x4_s (i8x16.swizzle (local.get $upper)
          (v128.const i8x16 4 -1 -1 -1 12 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1)))
        (local.get $left)))))
      (local.set $left (f64x2.convert_low_i32x4_s (i8x16.swizzle (local.get $lower)
        (v128.const i8x16 1 -1 -1 -1 9 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1))))
      (local.set $bottom (f64x2.add (local.get $left) (f64x2.mul (local.get $restX) (f64x2.sub
        (f64x2.convert_low_i32x4_s (i8x16.swizzle (local.get $lower)
          (v128.const i8x16 4 -1 -1 -1 12 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1)))
        (local.get $left)))))
      (v128.store64_lane 0 (i32.add (local.get $out) (local.get $plane))
        (f32x4.demote_f64x2_zero (f64x2.add (local.get $top)
          (f64x2.mul (local.get $restY) (f64x2.sub (local.get $bottom) (local.get $top))))))
      ;; Blue of both points: between the pixels of the upper row, of the lower one, and between the rows.
      (local.set $left (f64x2.convert_low_i32x4_s (i8x16.swizzle (local.get $upper)
        (v128.const i8x16 2 -1 -1 -1 10 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1))))
      (local.set $top (f64x2.add (local.get $left) (f64x2.mul (local.get $restX) (f64x2.sub
        (f64x2.convert_low_i32x4_s (i8x16.swizzle (local.get $upper)
          (v128.const i8x16 5 -1 -1 -1 13 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1)))
        (local.get $left)))))
      (local.set $left (f64x2.convert_low_i32x4_s (i8x16.swizzle (local.get $lower)
        (v128.const i8x16 2 -1 -1 -1 10 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1))))
      (local.set $bottom (f64x2.add (local.get $left) (f64x2.mul (local.get $restX) (f64x2.sub
        (f64x2.convert_low_i32x4_s (i8x16.swizzle (local.get $lower)
          (v128.const i8x16 5 -1 -1 -1 13 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1)))
        (local.get $left)))))
      (v128.store64_lane 0 (i32.add (local.get $out) (i32.shl (local.get $plane) (i32.const 1)))
        (f32x4.demote_f64x2_zero (f64x2.add (local.get $top)
          (f64x2.mul (local.get $restY) (f64x2.sub (local.get $bottom) (local.get $top))))))

      (local.set $stepX (f64x2.splat (f64.mul (f64.convert_i32_s (local.get $steps)) (local.get $dx))))
      (local.set $stepY (f64x2.splat (f64.mul (f64.convert_i32_s (local.get $steps)) (local.get $dy))))
      (local.set $xs (f64x2.add (local.get $xs) (local.get $stepX)))
      (local.set $ys (f64x2.add (local.get $ys) (local.get $stepY)))
      (local.set $out (i32.add (local.get $out) (i32.shl (local.get $steps) (i32.const 2))))
      (local.set $count (i32.sub (local.get $count) (local.get $steps)))
      (local.set $steps (i32.const 2))
      (br_if $next (local.get $count))))

  ;; Halves two rows of RGB bytes, at `rows` and `stride` bytes behind, to one of `count` >= 1 pixels at `out`: each is the mean
  ;; of four, rounded. Reads up to 24 bytes behind the last pixel, and writes up to 9 behind the last.
  (func (export "halve") (param $rows i32) (param $stride i32) (param $count i32) (param $out i32)
    (local $lower i32) (local $first v128) (local $last v128)
    (local.set $lower (i32.add (local.get $rows) (local.get $stride)))
    (loop $next
      ;; Four pixels, twelve numbers: the first eight, then four. Neighbours stand side by side and are added in pairs.
      (local.set $first (i16x8.add
        (i16x8.extadd_pairwise_i8x16_u (i8x16.shuffle 0 3 1 4 2 5 6 9 7 10 8 11 16 19 17 20
          (v128.load (local.get $rows)) (v128.load offset=12 (local.get $rows))))
        (i16x8.extadd_pairwise_i8x16_u (i8x16.shuffle 0 3 1 4 2 5 6 9 7 10 8 11 16 19 17 20
          (v128.load (local.get $lower)) (v128.load offset=12 (local.get $lower))))))
      (local.set $last (i16x8.add
        (i16x8.extadd_pairwise_i8x16_u (i8x16.swizzle (v128.load offset=12 (local.get $rows))
          (v128.const i8x16 2 5 6 9 7 10 8 11 -1 -1 -1 -1 -1 -1 -1 -1)))
        (i16x8.extadd_pairwise_i8x16_u (i8x16.swizzle (v128.load offset=12 (local.get $lower))
          (v128.const i8x16 2 5 6 9 7 10 8 11 -1 -1 -1 -1 -1 -1 -1 -1)))))
      (local.set $first (i8x16.narrow_i16x8_u
        (i16x8.shr_u (i16x8.add (local.get $first) (v128.const i16x8 2 2 2 2 2 2 2 2)) (i32.const 2))
        (i16x8.shr_u (i16x8.add (local.get $last) (v128.const i16x8 2 2 2 2 2 2 2 2)) (i32.const 2))))
      (v128.store64_lane 0 (local.get $out) (local.get $first))
      (v128.store32_lane offset=8 2 (local.get $out) (local.get $first))
      (local.set $rows (i32.add (local.get $rows) (i32.const 24)))
      (local.set $lower (i32.add (local.get $lower) (i32.const 24)))
      (local.set $out (i32.add (local.get $out) (i32.const 12)))
      (local.set $count (i32.sub (local.get $count) (i32.const 4)))
      (br_if $next (i32.gt_s (local.get $count) (i32.const 0)))))

  ;; Weighted sums over the cells of `count` >= 2 maps of f32, an even number; each is `plane` bytes large, the first at
  ;; `maps`. A sum is a list of at least one cell: its place in a map in bytes (i32) and its weight (f32). The lists stand one
  ;; after the other at `cells`, the addresses of their ends (i32) from `ends` to `out`. There the sums are written, map by map.
  (func (export "pool")
    (param $maps i32) (param $plane i32) (param $count i32) (param $cells i32) (param $ends i32) (param $out i32)
    (local $cell i32) (local $end i32) (local $list i32) (local $at i32) (local $next i32) (local $size i32)
    (local $even f32) (local $odd f32) (local $weight f32)
    (local.set $size (i32.sub (local.get $out) (local.get $ends)))
    (loop $map
      (local.set $cell (local.get $cells))
      (local.set $list (local.get $ends))
      (local.set $next (i32.add (local.get $maps) (local.get $plane)))
      (loop $sum
        (local.set $end (i32.load (local.get $list)))
        (local.set $even (f32.const 0))
        (local.set $odd (f32.const 0))
        (loop $term
          (local.set $at (i32.load (local.get $cell)))
          (local.set $weight (f32.load offset=4 (local.get $cell)))
          (local.set $even (f32.add (local.get $even)
            (f32.mul (local.get $weight) (f32.load (i32.add (local.get $maps) (local.get $at))))))
          (local.set $odd (f32.add (local.get $odd)
            (f32.mul (local.get $weight) (f32.load (i32.add (local.get $next) (local.get $at))))))
          (local.set $cell (i32.add (local.get $cell) (i32.const 8)))
          (br_if $term (i32.lt_u (local.get $cell) (local.get $end))))
        (f32.store (local.get $out) (local.get $even))
        (f32.store (i32.add (local.get $out) (local.get $size)) (local.get $odd))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))
        (local.set $list (i32.add (local.get $list) (i32.const 4)))
        (br_if $sum (i32.lt_u (local.get $list) (i32.add (local.get $ends) (local.get $size)))))
      (local.set $out (i32.add (local.get $out) (local.get $size)))
      (local.set $maps (i32.add (local.get $next) (local.get $plane)))
      (local.set $count (i32.sub (local.get $count) (i32.const 2)))
      (br_if $map (local.get $count))))

  ;; A matrix of i8, row by row at `rows`, times a vector of i16 at `vector`: `count` i32 at `out`. `columns` is a multiple of 16.
  (func (export "multiply")
    (param $rows i32) (param $columns i32) (param $count i32) (param $vector i32) (param $out i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $vector) (i32.shl (local.get $columns) (i32.const 1))))
    (loop $row
      (i32.store (local.get $out) (call $dot (local.get $rows) (local.get $vector) (local.get $end)))
      (local.set $rows (i32.add (local.get $rows) (local.get $columns)))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br_if $row (local.get $count))))

  ;; The same of rows that lie anywhere: `count` addresses (i32) of them are at `list`.
  (func (export "multiplyListed")
    (param $list i32) (param $columns i32) (param $count i32) (param $vector i32) (param $out i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $vector) (i32.shl (local.get $columns) (i32.const 1))))
    (loop $row
      (i32.store (local.get $out) (call $dot (i32.load (local.get $list)) (local.get $vector) (local.get $end)))
      (local.set $list (i32.add (local.get $list) (i32.const 4)))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br_if $row (local.get $count))))

  ;; The dot product of a row of i8 and a vector of i16 from `vector` to `end`: a multiple of 16 numbers.
  (func $dot (param $row i32) (param $vector i32) (param $end i32) (result i32)
    (local $even v128) (local $odd v128)
    (loop $next
      (local.set $even (i32x4.add (local.get $even)
        (i32x4.dot_i16x8_s (v128.load8x8_s (local.get $row)) (v128.load (local.get $vector)))))
      (local.set $odd (i32x4.add (local.get $odd)
        (i32x4.dot_i16x8_s (v128.load8x8_s offset=8 (local.get $row)) (v128.load offset=16 (local.get $vector)))))
      (local.set $row (i32.add (local.get $row) (i32.const 16)))
      (local.set $vector (i32.add (local.get $vector) (i32.const 32)))
      (br_if $next (i32.lt_u (local.get $vector) (local.get $end))))
    (local.set $even (i32x4.add (local.get $even) (local.get $odd)))
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $even)) (i32x4.extract_lane 1 (local.get $even)))
      (i32.add (i32x4.extract_lane 2 (local.get $even)) (i32x4.extract_lane 3 (local.get $even)))))
)
