; SPDX-License-Identifier: BSD-2-Clause
; Arithmetic: RFC 9669, 4.1.

;; add64 ADD 07 0f
(define-fun add64.dst () Word (bvadd d s))
;; add32 ADD 04 0c
(define-fun add32.dst () Word (zero_upper (bvadd d32 s32)))

;; sub64 SUB 17 1f
(define-fun sub64.dst () Word (bvsub d s))
;; sub32 SUB 14 1c
(define-fun sub32.dst () Word (zero_upper (bvsub d32 s32)))

;; mul64 MUL 27 2f
(define-fun mul64.dst () Word (bvmul d s))
;; mul32 MUL 24 2c
(define-fun mul32.dst () Word (zero_upper (bvmul d32 s32)))

; "If BPF program execution would result in division by zero, the destination register is instead set to zero."
;; div64 DIV 37 3f
(define-fun div64.dst () Word (ite (= s zero) zero (bvudiv d s)))
;; div32 DIV 34 3c
(define-fun div32.dst () Word (zero_upper (ite (= s32 #x00000000) #x00000000 (bvudiv d32 s32))))

; "Underflow and overflow are allowed during arithmetic operations, meaning the 64-bit or 32-bit value will wrap": so
; LLONG_MIN / -1 is LLONG_MIN, as it is in bvsdiv, which rounds to zero.
;; sdiv64 SDIV 37 3f off 1
(define-fun sdiv64.case () Bool (= s #xffffffffffffffff))
(define-fun sdiv64.dst () Word (ite (= s zero) zero (bvsdiv d s)))
;; sdiv32 SDIV 34 3c off 1
(define-fun sdiv32.case () Bool (= s32 #xffffffff))
(define-fun sdiv32.dst () Word (zero_upper (ite (= s32 #x00000000) #x00000000 (bvsdiv d32 s32))))

;; or64 OR 47 4f
(define-fun or64.dst () Word (bvor d s))
;; or32 OR 44 4c
(define-fun or32.dst () Word (zero_upper (bvor d32 s32)))

;; and64 AND 57 5f
(define-fun and64.dst () Word (bvand d s))
;; and32 AND 54 5c
(define-fun and32.dst () Word (zero_upper (bvand d32 s32)))

; "Shift operations use a mask of 0x3F (63) for 64-bit operations and 0x1F (31) for 32-bit operations."
;; lsh64 LSH 67 6f
(define-fun lsh64.dst () Word (bvshl d (bvand s #x000000000000003f)))
;; lsh32 LSH 64 6c
(define-fun lsh32.dst () Word (zero_upper (bvshl d32 (bvand s32 #x0000001f))))

; "Shift operations use a mask of 0x3F (63) for 64-bit operations and 0x1F (31) for 32-bit operations."
;; rsh64 RSH 77 7f
(define-fun rsh64.dst () Word (bvlshr d (bvand s #x000000000000003f)))
;; rsh32 RSH 74 7c
(define-fun rsh32.dst () Word (zero_upper (bvlshr d32 (bvand s32 #x0000001f))))

;; neg64 NEG 87
(define-fun neg64.dst () Word (bvsub zero d))
;; neg32 NEG 84
(define-fun neg32.dst () Word (zero_upper (bvsub #x00000000 d32)))

; "If execution would result in modulo by zero, for ALU64 the value of the destination register is unchanged whereas for
; ALU the upper 32 bits of the destination register are zeroed."
;; mod64 MOD 97 9f
(define-fun mod64.dst () Word (ite (= s zero) d (bvurem d s)))
;; mod32 MOD 94 9c
(define-fun mod32.dst () Word (zero_upper (ite (= s32 #x00000000) d32 (bvurem d32 s32))))

; The remainder has the sign of the dividend; LLONG_MIN % -1 is 0.
;; smod64 SMOD 97 9f off 1
(define-fun smod64.case () Bool (= s #xffffffffffffffff))
(define-fun smod64.dst () Word (ite (= s zero) d (bvsrem d s)))
;; smod32 SMOD 94 9c off 1
(define-fun smod32.case () Bool (= s32 #xffffffff))
(define-fun smod32.dst () Word (zero_upper (ite (= s32 #x00000000) d32 (bvsrem d32 s32))))

;; xor64 XOR a7 af
(define-fun xor64.dst () Word (bvxor d s))
;; xor32 XOR a4 ac
(define-fun xor32.dst () Word (zero_upper (bvxor d32 s32)))

;; mov64 MOV b7 bf
(define-fun mov64.dst () Word s)
;; mov32 MOV b4 bc
(define-fun mov32.dst () Word (zero_upper s32))

; "Shift operations use a mask of 0x3F (63) for 64-bit operations and 0x1F (31) for 32-bit operations."
;; arsh64 ARSH c7 cf
(define-fun arsh64.dst () Word (bvashr d (bvand s #x000000000000003f)))
;; arsh32 ARSH c4 cc
(define-fun arsh32.dst () Word (zero_upper (bvashr d32 (bvand s32 #x0000001f))))

; MOVSX: a register only; the offset is the number of bits that are kept.
;; movsx8to64 MOVSX bf off 8
(define-fun movsx8to64.dst () Word ((_ sign_extend 56) ((_ extract 7 0) src)))
;; movsx16to64 MOVSX bf off 16
(define-fun movsx16to64.dst () Word ((_ sign_extend 48) ((_ extract 15 0) src)))
;; movsx32to64 MOVSX bf off 32
(define-fun movsx32to64.dst () Word ((_ sign_extend 32) ((_ extract 31 0) src)))
;; movsx8to32 MOVSX bc off 8
(define-fun movsx8to32.dst () Word (zero_upper ((_ sign_extend 24) ((_ extract 7 0) src))))
;; movsx16to32 MOVSX bc off 16
(define-fun movsx16to32.dst () Word (zero_upper ((_ sign_extend 16) ((_ extract 15 0) src))))

;; none CAST what an address of an arena looks like is up to the JIT: unknown in every answer
