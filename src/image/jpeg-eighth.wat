;; Reads the scan of a baseline JPEG (ITU-T T.81) for a picture of an eighth of the size: of each block of 8 x 8 pixels only the
;; mean is wanted, so that most of its bits are jumped over, several codes at a time. `npm run kernel` writes
;; jpeg-eighth-code.ts from this file; jpeg-eighth.ts says how the memory is laid out.
(module
  (memory (export "memory") 1)

  ;; The bits that come next begin with bit `pos` of the scan. Its bytes stand in the opposite order, so that
  ;; eight of them are loaded as one number whose highest bits come first: the first eight at `last`.
  (global $pos (mut i32) (i32.const 0))
  (global $last (mut i32) (i32.const 0))
  ;; Not 0 after a code that there is not.
  (global $bad (mut i32) (i32.const 0))
  ;; The coefficients of the lowest frequencies: across, down, both.
  (global $across (mut i32) (i32.const 0))
  (global $down (mut i32) (i32.const 0))
  (global $both (mut i32) (i32.const 0))

  ;; Copies the bytes of a scan from `from` on to `top` and below, without what only keeps markers apart. Where a restart marker
  ;; stood, as the number of bytes before it, is noted at `list`, which ends at `listEnd`. Returns where it ends: at another
  ;; marker, or at `end`. Writes the number of bytes to 0, that of restarts to 4.
  (func (export "unstuff")
    (param $from i32) (param $end i32) (param $top i32) (param $list i32) (param $listEnd i32) (result i32)
    (local $out i32) (local $restarts i32) (local $bytes v128) (local $byte i32)
    (local.set $out (local.get $top))
    (block $stop
      (loop $next
        (if (i32.le_u (i32.add (local.get $from) (i32.const 16)) (local.get $end))
          (then
            (local.set $bytes (v128.load (local.get $from)))
            (if (i32.eqz (v128.any_true (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 255)))))
              (then
                (v128.store (i32.sub (local.get $out) (i32.const 15))
                  (i8x16.shuffle 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1 0 (local.get $bytes) (local.get $bytes)))
                (local.set $from (i32.add (local.get $from) (i32.const 16)))
                (local.set $out (i32.sub (local.get $out) (i32.const 16)))
                (br $next)))))
        (br_if $stop (i32.ge_u (local.get $from) (local.get $end)))
        (local.set $byte (i32.load8_u (local.get $from)))
        (if (i32.ne (local.get $byte) (i32.const 255))
          (then
            (i32.store8 (local.get $out) (local.get $byte))
            (local.set $out (i32.sub (local.get $out) (i32.const 1)))
            (local.set $from (i32.add (local.get $from) (i32.const 1)))
            (br $next)))
        (br_if $stop (i32.ge_u (i32.add (local.get $from) (i32.const 1)) (local.get $end)))
        (local.set $byte (i32.load8_u offset=1 (local.get $from)))
        (if (i32.eqz (local.get $byte))
          (then
            (i32.store8 (local.get $out) (i32.const 255))
            (local.set $out (i32.sub (local.get $out) (i32.const 1)))
            (local.set $from (i32.add (local.get $from) (i32.const 2)))
            (br $next)))
        ;; They are numbered from 0 to 7, again and again.
        (br_if $stop (i32.ne (local.get $byte)
          (i32.or (i32.const 0xd0) (i32.and (local.get $restarts) (i32.const 7)))))
        (br_if $stop (i32.ge_u (local.get $list) (local.get $listEnd)))
        (i32.store (local.get $list) (i32.sub (local.get $top) (local.get $out)))
        (local.set $list (i32.add (local.get $list) (i32.const 4)))
        (local.set $restarts (i32.add (local.get $restarts) (i32.const 1)))
        (local.set $from (i32.add (local.get $from) (i32.const 2)))
        (br $next)))
    (i32.store (i32.const 0) (i32.sub (local.get $top) (local.get $out)))
    (i32.store (i32.const 4) (local.get $restarts))
    (local.get $from))

  ;; Reads a block: returns by how much its mean differs from that of the block before, and jumps over the rest. With `detail` the
  ;; coefficients of the lowest frequencies are read as well.
  ;;
  ;; `means` and `table` say of all numbers of 16 bits with which code they begin: how long it is (bits 8 to 15) and what it stands
  ;; for (bits 0 to 7); 0 where there is none. Behind them the same of all numbers of 10 bits, without longer codes, because that
  ;; part stays in the nearest cache. An entry of `jumps`, which is found by 13 bits, stands for as many codes as these
  ;; show whole: how many bits they take with what follows each (bits 0 to 7), how many coefficients they are (bits 8 to 15),
  ;; and whether the block ends with them (bit 31); 0 where not even one is whole.
  ;;
  ;; `bits` begins with the next ones, of which `known` are known; those that come after them are loaded from `from`. At least 27
  ;; are needed for a code and what follows it.
  (func $block (param $means i32) (param $table i32) (param $jumps i32) (param $detail i32) (result i32)
    (local $bits i64) (local $known i32) (local $from i32) (local $code i32) (local $size i32) (local $count i32) (local $value i32)
    (local $mean i32) (local $at i32) (local $next i32)
    (local.set $bits (i64.shl
      (i64.load (i32.sub (global.get $last) (i32.shr_u (global.get $pos) (i32.const 3))))
      (i64.extend_i32_u (i32.and (global.get $pos) (i32.const 7)))))
    (local.set $known (i32.sub (i32.const 56) (i32.and (global.get $pos) (i32.const 7))))
    (local.set $from (i32.sub (i32.sub (global.get $last) (i32.const 7)) (i32.shr_u (global.get $pos) (i32.const 3))))

    (local.set $code (i32.load16_u offset=131072 (i32.add (local.get $means)
      (i32.and (i32.wrap_i64 (i64.shr_u (local.get $bits) (i64.const 53))) (i32.const 0x7fe)))))
    (if (i32.eqz (local.get $code))
      (then (local.set $code (i32.load16_u (i32.add (local.get $means)
        (i32.and (i32.wrap_i64 (i64.shr_u (local.get $bits) (i64.const 47))) (i32.const 0x1fffe)))))))
    (if (i32.eqz (local.get $code)) (then (global.set $bad (i32.const 1)) (return (i32.const 0))))
    (local.set $size (i32.and (local.get $code) (i32.const 255)))
    (local.set $count (i32.add (i32.shr_u (local.get $code) (i32.const 8)) (local.get $size)))
    (if (local.get $size)
      (then
        (local.set $value (i32.wrap_i64 (i64.shr_u
          (i64.shl (local.get $bits) (i64.extend_i32_u (i32.sub (local.get $count) (local.get $size))))
          (i64.extend_i32_u (i32.sub (i32.const 64) (local.get $size))))))
        (local.set $value (select
          (local.get $value)
          (i32.sub (i32.add (local.get $value) (i32.const 1)) (i32.shl (i32.const 1) (local.get $size)))
          (i32.shr_u (local.get $value) (i32.sub (local.get $size) (i32.const 1)))))
        (local.set $mean (local.get $value))))
    (local.set $bits (i64.shl (local.get $bits) (i64.extend_i32_u (local.get $count))))
    (local.set $known (i32.sub (local.get $known) (local.get $count)))
    (local.set $at (i32.const 1))

    (block $end
      (if (local.get $detail)
        (then
          (global.set $across (i32.const 0))
          (global.set $down (i32.const 0))
          (global.set $both (i32.const 0))
          (loop $one
            (local.set $bits (i64.or (local.get $bits)
          (i64.shr_u (i64.load (local.get $from)) (i64.extend_i32_u (local.get $known)))))
        (local.set $from (i32.sub (local.get $from)
          (i32.shr_u (i32.sub (i32.const 63) (local.get $known)) (i32.const 3))))
        (local.set $known (i32.or (local.get $known) (i32.const 56)))
            (local.set $code (i32.load16_u offset=131072 (i32.add (local.get $table)
      (i32.and (i32.wrap_i64 (i64.shr_u (local.get $bits) (i64.const 53))) (i32.const 0x7fe)))))
    (if (i32.eqz (local.get $code))
      (then (local.set $code (i32.load16_u (i32.add (local.get $table)
        (i32.and (i32.wrap_i64 (i64.shr_u (local.get $bits) (i64.const 47))) (i32.const 0x1fffe)))))))
            (if (i32.eqz (local.get $code)) (then (global.set $bad (i32.const 1)) (br $end)))
            (local.set $size (i32.and (local.get $code) (i32.const 15)))
            (local.set $count (i32.add (i32.shr_u (local.get $code) (i32.const 8)) (local.get $size)))
            (local.set $at (i32.add (local.get $at) (i32.and (i32.shr_u (local.get $code) (i32.const 4)) (i32.const 15))))
            (if (local.get $size)
              (then
                (local.set $value (i32.wrap_i64 (i64.shr_u
                  (i64.shl (local.get $bits) (i64.extend_i32_u (i32.sub (local.get $count) (local.get $size))))
                  (i64.extend_i32_u (i32.sub (i32.const 64) (local.get $size))))))
                (local.set $value (select
          (local.get $value)
          (i32.sub (i32.add (local.get $value) (i32.const 1)) (i32.shl (i32.const 1) (local.get $size)))
          (i32.shr_u (local.get $value) (i32.sub (local.get $size) (i32.const 1)))))
                (global.set $across (select (local.get $value) (global.get $across) (i32.eq (local.get $at) (i32.const 1))))
                (global.set $down (select (local.get $value) (global.get $down) (i32.eq (local.get $at) (i32.const 2))))
                (global.set $both (select (local.get $value) (global.get $both) (i32.eq (local.get $at) (i32.const 4))))))
            (local.set $bits (i64.shl (local.get $bits) (i64.extend_i32_u (local.get $count))))
      (local.set $known (i32.sub (local.get $known) (local.get $count)))
            ;; The end of the block, unless it stands for sixteen zeros.
            (br_if $end (i32.and
              (i32.eqz (local.get $size))
              (i32.ne (i32.and (local.get $code) (i32.const 0xf0)) (i32.const 0xf0))))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br_if $one (i32.lt_u (local.get $at) (i32.const 5))))
          (if (i32.ge_u (local.get $at) (i32.const 64))
            (then
              (if (i32.gt_u (local.get $at) (i32.const 64)) (then (global.set $bad (i32.const 1))))
              (br $end)))))

      (loop $more
        (local.set $bits (i64.or (local.get $bits)
          (i64.shr_u (i64.load (local.get $from)) (i64.extend_i32_u (local.get $known)))))
        (local.set $from (i32.sub (local.get $from)
          (i32.shr_u (i32.sub (i32.const 63) (local.get $known)) (i32.const 3))))
        (local.set $known (i32.or (local.get $known) (i32.const 56)))
        (local.set $code (i32.load (i32.add (local.get $jumps)
          (i32.and (i32.wrap_i64 (i64.shr_u (local.get $bits) (i64.const 49))) (i32.const 0x7ffc)))))
        (if (local.get $code)
          (then
            (local.set $count (i32.and (local.get $code) (i32.const 255)))
            (local.set $next (i32.add (local.get $at)
              (i32.and (i32.shr_u (local.get $code) (i32.const 8)) (i32.const 255))))
            (if (i32.lt_u (local.get $next) (i32.const 64))
              (then
                (local.set $bits (i64.shl (local.get $bits) (i64.extend_i32_u (local.get $count))))
      (local.set $known (i32.sub (local.get $known) (local.get $count)))
                (br_if $end (i32.lt_s (local.get $code) (i32.const 0)))
                (local.set $at (local.get $next))
                (br $more)))
            ;; A full block has no code for its end.
            (if (i32.and (i32.eq (local.get $next) (i32.const 64)) (i32.gt_s (local.get $code) (i32.const 0)))
              (then
                (local.set $bits (i64.shl (local.get $bits) (i64.extend_i32_u (local.get $count))))
      (local.set $known (i32.sub (local.get $known) (local.get $count)))
                (br $end)))))
        ;; One code, when it is a long one, or when not all of several belong to this block.
        (local.set $code (i32.load16_u offset=131072 (i32.add (local.get $table)
      (i32.and (i32.wrap_i64 (i64.shr_u (local.get $bits) (i64.const 53))) (i32.const 0x7fe)))))
    (if (i32.eqz (local.get $code))
      (then (local.set $code (i32.load16_u (i32.add (local.get $table)
        (i32.and (i32.wrap_i64 (i64.shr_u (local.get $bits) (i64.const 47))) (i32.const 0x1fffe)))))))
        (if (i32.eqz (local.get $code)) (then (global.set $bad (i32.const 1)) (br $end)))
        (local.set $size (i32.and (local.get $code) (i32.const 15)))
        (local.set $count (i32.add (i32.shr_u (local.get $code) (i32.const 8)) (local.get $size)))
        (local.set $bits (i64.shl (local.get $bits) (i64.extend_i32_u (local.get $count))))
      (local.set $known (i32.sub (local.get $known) (local.get $count)))
        (br_if $end (i32.and
          (i32.eqz (local.get $size))
          (i32.ne (i32.and (local.get $code) (i32.const 0xf0)) (i32.const 0xf0))))
        (local.set $at (i32.add (i32.add (local.get $at) (i32.const 1))
          (i32.and (i32.shr_u (local.get $code) (i32.const 4)) (i32.const 15))))
        (br_if $more (i32.lt_u (local.get $at) (i32.const 64)))
        (if (i32.gt_u (local.get $at) (i32.const 64)) (then (global.set $bad (i32.const 1))))))
    (global.set $pos (i32.sub
      (i32.shl (i32.sub (global.get $last) (local.get $from)) (i32.const 3))
      (local.get $known)))
    (local.get $mean))

  ;; Writes a level: `sum` is eight times its difference from the middle.
  (func $put (param $at i32) (param $sum i32)
    (local $level i32)
    (local.set $level (i32.add (i32.shr_s (i32.add (local.get $sum) (i32.const 4)) (i32.const 3)) (i32.const 128)))
    (i32.store8 (local.get $at)
      (select
        (select (i32.const 255) (local.get $level) (i32.gt_s (local.get $level) (i32.const 255)))
        (i32.const 0)
        (i32.gt_s (local.get $level) (i32.const 0)))))

  ;; Reads `wide` x `high` units of `across` x `down` blocks of brightness and one of either colour, and writes a level of each for
  ;; every block of brightness. `restart` units lie between two restarts (0: none); where these are stands at `list`. The
  ;; three components are described from 16 on: see jpeg-eighth.ts. Returns 0 for what cannot be read, else how many
  ;; bits were.
  (func (export "scan")
    (param $top i32) (param $bitCount i32) (param $wide i32) (param $high i32) (param $acrossBlocks i32)
    (param $downBlocks i32) (param $stride i32) (param $restart i32) (param $list i32) (result i32)
    (local $x i32) (local $y i32) (local $left i32) (local $part i32) (local $bx i32) (local $by i32) (local $at i32)
    (local $mean i32) (local $step i32) (local $level i32) (local $h i32) (local $v i32) (local $d i32)
    (global.set $last (i32.sub (local.get $top) (i32.const 7)))
    (global.set $pos (i32.const 0))
    (global.set $bad (i32.const 0))
    (local.set $left (local.get $restart))
    (local.set $step (i32.load (i32.const 28)))
    (loop $row
      (local.set $x (i32.const 0))
      (loop $unit
        (if (local.get $restart)
          (then
            (if (i32.eqz (local.get $left))
              (then
                (global.set $pos (i32.and (i32.add (global.get $pos) (i32.const 7)) (i32.const -8)))
                (if (i32.ne (i32.shr_u (global.get $pos) (i32.const 3)) (i32.load (local.get $list)))
                  (then (return (i32.const 0))))
                (local.set $list (i32.add (local.get $list) (i32.const 4)))
                (i32.store (i32.const 48) (i32.const 0))
                (i32.store (i32.const 88) (i32.const 0))
                (i32.store (i32.const 128) (i32.const 0))
                (local.set $left (local.get $restart))))
            (local.set $left (i32.sub (local.get $left) (i32.const 1)))))

        ;; Brightness: the means of all blocks.
        (local.set $by (i32.const 0))
        (loop $down
          (local.set $at (i32.add
            (i32.add (i32.load (i32.const 44))
              (i32.mul (local.get $stride)
                (i32.add (i32.mul (local.get $y) (local.get $downBlocks)) (local.get $by))))
            (i32.mul (local.get $x) (local.get $acrossBlocks))))
          (local.set $bx (i32.const 0))
          (loop $across
            (local.set $mean (i32.add (i32.load (i32.const 48))
              (call $block (i32.load (i32.const 16)) (i32.load (i32.const 20)) (i32.load (i32.const 24)) (i32.const 0))))
            (i32.store (i32.const 48) (local.get $mean))
            ;; As $put does, which is not called so often.
            (local.set $level (i32.add (i32.const 128) (i32.shr_s
              (i32.add (i32.mul (local.get $mean) (local.get $step)) (i32.const 4)) (i32.const 3))))
            (i32.store8 (i32.add (local.get $at) (local.get $bx))
              (select
                (select (i32.const 255) (local.get $level) (i32.gt_s (local.get $level) (i32.const 255)))
                (i32.const 0)
                (i32.gt_s (local.get $level) (i32.const 0))))
            (local.set $bx (i32.add (local.get $bx) (i32.const 1)))
            (br_if $across (i32.lt_u (local.get $bx) (local.get $acrossBlocks))))
          (local.set $by (i32.add (local.get $by) (i32.const 1)))
          (br_if $down (i32.lt_u (local.get $by) (local.get $downBlocks))))

        ;; Colours: blocks that stand for two of brightness need the lowest frequency as well, whose mean over half a block is
        ;; .9061 of the coefficient (.8210 both ways).
        (local.set $part (i32.const 56))
        (loop $colour
          (local.set $mean (i32.add (i32.load offset=32 (local.get $part))
            (call $block (i32.load (local.get $part)) (i32.load offset=4 (local.get $part)) (i32.load offset=8 (local.get $part))
              (i32.const 1))))
          (i32.store offset=32 (local.get $part) (local.get $mean))
          (local.set $mean (i32.mul (local.get $mean) (i32.load offset=12 (local.get $part))))
          (local.set $h (i32.shr_s
            (i32.mul (i32.mul (global.get $across) (i32.load offset=16 (local.get $part))) (i32.const 928)) (i32.const 10)))
          (local.set $v (i32.shr_s
            (i32.mul (i32.mul (global.get $down) (i32.load offset=20 (local.get $part))) (i32.const 928)) (i32.const 10)))
          (local.set $d (i32.shr_s
            (i32.mul (i32.mul (global.get $both) (i32.load offset=24 (local.get $part))) (i32.const 841)) (i32.const 10)))
          (if (i32.eq (local.get $acrossBlocks) (i32.const 1))
            (then (local.set $h (i32.const 0)) (local.set $d (i32.const 0))))
          (if (i32.eq (local.get $downBlocks) (i32.const 1))
            (then (local.set $v (i32.const 0)) (local.set $d (i32.const 0))))
          (local.set $at (i32.add
            (i32.add (i32.load offset=28 (local.get $part))
              (i32.mul (local.get $stride) (i32.mul (local.get $y) (local.get $downBlocks))))
            (i32.mul (local.get $x) (local.get $acrossBlocks))))
          (call $put (local.get $at)
            (i32.add (i32.add (local.get $mean) (local.get $h)) (i32.add (local.get $v) (local.get $d))))
          (if (i32.eq (local.get $acrossBlocks) (i32.const 2))
            (then (call $put (i32.add (local.get $at) (i32.const 1))
              (i32.sub (i32.add (i32.sub (local.get $mean) (local.get $h)) (local.get $v)) (local.get $d)))))
          (if (i32.eq (local.get $downBlocks) (i32.const 2))
            (then
              (call $put (i32.add (local.get $at) (local.get $stride))
                (i32.sub (i32.sub (i32.add (local.get $mean) (local.get $h)) (local.get $v)) (local.get $d)))
              (if (i32.eq (local.get $acrossBlocks) (i32.const 2))
                (then (call $put (i32.add (i32.add (local.get $at) (local.get $stride)) (i32.const 1))
                  (i32.add (i32.sub (i32.sub (local.get $mean) (local.get $h)) (local.get $v)) (local.get $d)))))))
          (local.set $part (i32.add (local.get $part) (i32.const 40)))
          (br_if $colour (i32.lt_u (local.get $part) (i32.const 136))))

        (if (i32.or (global.get $bad) (i32.gt_u (global.get $pos) (local.get $bitCount))) (then (return (i32.const 0))))
        (local.set $x (i32.add (local.get $x) (i32.const 1)))
        (br_if $unit (i32.lt_u (local.get $x) (local.get $wide))))
      (local.set $y (i32.add (local.get $y) (i32.const 1)))
      (br_if $row (i32.lt_u (local.get $y) (local.get $high))))
    (global.get $pos))

  ;; Joins `count` >= 1 levels of brightness and both colours to RGB bytes at `out` (JFIF). Takes eight at once: reads up to 7 behind
  ;; the last ones, and writes up to 21 bytes behind the last one.
  (func (export "join") (param $brightness i32) (param $blue i32) (param $red i32) (param $count i32) (param $out i32)
    (local $y v128) (local $b v128) (local $r v128) (local $green v128)
    (loop $next
      (local.set $y (v128.load8x8_u (local.get $brightness)))
      (local.set $b (i16x8.sub (v128.load8x8_u (local.get $blue)) (v128.const i16x8 128 128 128 128 128 128 128 128)))
      (local.set $r (i16x8.sub (v128.load8x8_u (local.get $red)) (v128.const i16x8 128 128 128 128 128 128 128 128)))
      ;; Less .344136 of blue and .714136 of red, in parts of 32768; the others below are 1.772 of blue and 1.402 of red, less 1.
      (local.set $green (i16x8.sub (local.get $y) (i16x8.add
        (i16x8.q15mulr_sat_s (local.get $b) (v128.const i16x8 11277 11277 11277 11277 11277 11277 11277 11277))
        (i16x8.q15mulr_sat_s (local.get $r) (v128.const i16x8 23401 23401 23401 23401 23401 23401 23401 23401)))))
      (local.set $b (i16x8.add (local.get $y) (i16x8.add (local.get $b)
        (i16x8.q15mulr_sat_s (local.get $b) (v128.const i16x8 25297 25297 25297 25297 25297 25297 25297 25297)))))
      (local.set $r (i16x8.add (local.get $y) (i16x8.add (local.get $r)
        (i16x8.q15mulr_sat_s (local.get $r) (v128.const i16x8 13173 13173 13173 13173 13173 13173 13173 13173)))))
      ;; Eight reds and eight greens, then eight blues.
      (local.set $y (i8x16.narrow_i16x8_u (local.get $r) (local.get $green)))
      (local.set $b (i8x16.narrow_i16x8_u (local.get $b) (local.get $b)))
      (v128.store (local.get $out)
        (i8x16.shuffle 0 8 16 1 9 17 2 10 18 3 11 19 4 12 20 5 (local.get $y) (local.get $b)))
      (v128.store64_lane offset=16 0 (local.get $out)
        (i8x16.shuffle 13 21 6 14 22 7 15 23 0 0 0 0 0 0 0 0 (local.get $y) (local.get $b)))
      (local.set $brightness (i32.add (local.get $brightness) (i32.const 8)))
      (local.set $blue (i32.add (local.get $blue) (i32.const 8)))
      (local.set $red (i32.add (local.get $red) (i32.const 8)))
      (local.set $out (i32.add (local.get $out) (i32.const 24)))
      (local.set $count (i32.sub (local.get $count) (i32.const 8)))
      (br_if $next (i32.gt_s (local.get $count) (i32.const 0)))))
)
