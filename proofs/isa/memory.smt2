; SPDX-License-Identifier: BSD-2-Clause
; Loads, stores and atomic operations, RFC 9669, 5: at a register plus the offset.

(define-fun at_dst () Word (bvadd d off64))
(define-fun at_src () Word (bvadd src off64))

;; ldx8 LDX 71
(define-fun ldx8.at () Word at_src)
(define-fun ldx8.bytes () Word bytes_1)
(define-fun ldx8.dst () Word ((_ zero_extend 56) (load_8 at_src)))

;; ldx16 LDX 69
(define-fun ldx16.at () Word at_src)
(define-fun ldx16.bytes () Word bytes_2)
(define-fun ldx16.dst () Word ((_ zero_extend 48) (load_16 at_src)))

;; ldx32 LDX 61
(define-fun ldx32.at () Word at_src)
(define-fun ldx32.bytes () Word bytes_4)
(define-fun ldx32.dst () Word ((_ zero_extend 32) (load_32 at_src)))

;; ldx64 LDX 79
(define-fun ldx64.at () Word at_src)
(define-fun ldx64.bytes () Word bytes_8)
(define-fun ldx64.dst () Word (load_64 at_src))

;; ldxs8 LDXS 91
(define-fun ldxs8.at () Word at_src)
(define-fun ldxs8.bytes () Word bytes_1)
(define-fun ldxs8.dst () Word ((_ sign_extend 56) (load_8 at_src)))

;; ldxs16 LDXS 89
(define-fun ldxs16.at () Word at_src)
(define-fun ldxs16.bytes () Word bytes_2)
(define-fun ldxs16.dst () Word ((_ sign_extend 48) (load_16 at_src)))

;; ldxs32 LDXS 81
(define-fun ldxs32.at () Word at_src)
(define-fun ldxs32.bytes () Word bytes_4)
(define-fun ldxs32.dst () Word ((_ sign_extend 32) (load_32 at_src)))

;; st8 ST 72
(define-fun st8.at () Word at_dst)
(define-fun st8.bytes () Word bytes_1)
(define-fun st8.mem () Word (put_8 st8.at ((_ extract 7 0) imm)))

;; st16 ST 6a
(define-fun st16.at () Word at_dst)
(define-fun st16.bytes () Word bytes_2)
(define-fun st16.mem () Word (put_16 st16.at ((_ extract 15 0) imm)))

;; st32 ST 62
(define-fun st32.at () Word at_dst)
(define-fun st32.bytes () Word bytes_4)
(define-fun st32.mem () Word (put_32 st32.at imm))

;; st64 ST 7a
(define-fun st64.at () Word at_dst)
(define-fun st64.bytes () Word bytes_8)
(define-fun st64.mem () Word imm64)

;; stx8 STX 73
(define-fun stx8.at () Word at_dst)
(define-fun stx8.bytes () Word bytes_1)
(define-fun stx8.mem () Word (put_8 stx8.at ((_ extract 7 0) src)))

;; stx16 STX 6b
(define-fun stx16.at () Word at_dst)
(define-fun stx16.bytes () Word bytes_2)
(define-fun stx16.mem () Word (put_16 stx16.at ((_ extract 15 0) src)))

;; stx32 STX 63
(define-fun stx32.at () Word at_dst)
(define-fun stx32.bytes () Word bytes_4)
(define-fun stx32.mem () Word (put_32 stx32.at ((_ extract 31 0) src)))

;; stx64 STX 7b
(define-fun stx64.at () Word at_dst)
(define-fun stx64.bytes () Word bytes_8)
(define-fun stx64.mem () Word src)

; What an atomic operation finds there.
(define-fun old () Word (load_64 at_dst))
(define-fun old32 () Half (load_32 at_dst))

;; a_add64 A_ADD db imm 0x00
(define-fun a_add64.at () Word at_dst)
(define-fun a_add64.bytes () Word bytes_8)
(define-fun a_add64.mem () Word (bvadd old src))

;; a_add32 A_ADD c3 imm 0x00
(define-fun a_add32.at () Word at_dst)
(define-fun a_add32.bytes () Word bytes_4)
(define-fun a_add32.mem () Word (put_32 a_add32.at (bvadd old32 src32)))

;; a_fadd64 A_FADD db imm 0x01
(define-fun a_fadd64.at () Word at_dst)
(define-fun a_fadd64.bytes () Word bytes_8)
(define-fun a_fadd64.mem () Word (bvadd old src))
(define-fun a_fadd64.src () Word old)

;; a_fadd32 A_FADD c3 imm 0x01
(define-fun a_fadd32.at () Word at_dst)
(define-fun a_fadd32.bytes () Word bytes_4)
(define-fun a_fadd32.mem () Word (put_32 a_fadd32.at (bvadd old32 src32)))
(define-fun a_fadd32.src () Word (zero_upper old32))

;; a_or64 A_OR db imm 0x40
(define-fun a_or64.at () Word at_dst)
(define-fun a_or64.bytes () Word bytes_8)
(define-fun a_or64.mem () Word (bvor old src))

;; a_or32 A_OR c3 imm 0x40
(define-fun a_or32.at () Word at_dst)
(define-fun a_or32.bytes () Word bytes_4)
(define-fun a_or32.mem () Word (put_32 a_or32.at (bvor old32 src32)))

;; a_for64 A_FOR db imm 0x41
(define-fun a_for64.at () Word at_dst)
(define-fun a_for64.bytes () Word bytes_8)
(define-fun a_for64.mem () Word (bvor old src))
(define-fun a_for64.src () Word old)

;; a_for32 A_FOR c3 imm 0x41
(define-fun a_for32.at () Word at_dst)
(define-fun a_for32.bytes () Word bytes_4)
(define-fun a_for32.mem () Word (put_32 a_for32.at (bvor old32 src32)))
(define-fun a_for32.src () Word (zero_upper old32))

;; a_and64 A_AND db imm 0x50
(define-fun a_and64.at () Word at_dst)
(define-fun a_and64.bytes () Word bytes_8)
(define-fun a_and64.mem () Word (bvand old src))

;; a_and32 A_AND c3 imm 0x50
(define-fun a_and32.at () Word at_dst)
(define-fun a_and32.bytes () Word bytes_4)
(define-fun a_and32.mem () Word (put_32 a_and32.at (bvand old32 src32)))

;; a_fand64 A_FAND db imm 0x51
(define-fun a_fand64.at () Word at_dst)
(define-fun a_fand64.bytes () Word bytes_8)
(define-fun a_fand64.mem () Word (bvand old src))
(define-fun a_fand64.src () Word old)

;; a_fand32 A_FAND c3 imm 0x51
(define-fun a_fand32.at () Word at_dst)
(define-fun a_fand32.bytes () Word bytes_4)
(define-fun a_fand32.mem () Word (put_32 a_fand32.at (bvand old32 src32)))
(define-fun a_fand32.src () Word (zero_upper old32))

;; a_xor64 A_XOR db imm 0xa0
(define-fun a_xor64.at () Word at_dst)
(define-fun a_xor64.bytes () Word bytes_8)
(define-fun a_xor64.mem () Word (bvxor old src))

;; a_xor32 A_XOR c3 imm 0xa0
(define-fun a_xor32.at () Word at_dst)
(define-fun a_xor32.bytes () Word bytes_4)
(define-fun a_xor32.mem () Word (put_32 a_xor32.at (bvxor old32 src32)))

;; a_fxor64 A_FXOR db imm 0xa1
(define-fun a_fxor64.at () Word at_dst)
(define-fun a_fxor64.bytes () Word bytes_8)
(define-fun a_fxor64.mem () Word (bvxor old src))
(define-fun a_fxor64.src () Word old)

;; a_fxor32 A_FXOR c3 imm 0xa1
(define-fun a_fxor32.at () Word at_dst)
(define-fun a_fxor32.bytes () Word bytes_4)
(define-fun a_fxor32.mem () Word (put_32 a_fxor32.at (bvxor old32 src32)))
(define-fun a_fxor32.src () Word (zero_upper old32))

;; a_xchg64 A_XCHG db imm 0xe1
(define-fun a_xchg64.at () Word at_dst)
(define-fun a_xchg64.bytes () Word bytes_8)
(define-fun a_xchg64.mem () Word src)
(define-fun a_xchg64.src () Word old)

;; a_xchg32 A_XCHG c3 imm 0xe1
(define-fun a_xchg32.at () Word at_dst)
(define-fun a_xchg32.bytes () Word bytes_4)
(define-fun a_xchg32.mem () Word (put_32 a_xchg32.at src32))
(define-fun a_xchg32.src () Word (zero_upper old32))

;; a_cmpxchg64 A_CMPXCHG db imm 0xf1
(define-fun a_cmpxchg64.at () Word at_dst)
(define-fun a_cmpxchg64.bytes () Word bytes_8)
(define-fun a_cmpxchg64.mem () Word (ite (= old r0) src old))
(define-fun a_cmpxchg64.r0 () Word old)

;; a_cmpxchg32 A_CMPXCHG c3 imm 0xf1
(define-fun a_cmpxchg32.at () Word at_dst)
(define-fun a_cmpxchg32.bytes () Word bytes_4)
(define-fun a_cmpxchg32.mem () Word (put_32 a_cmpxchg32.at (ite (= old32 r0_32) src32 old32)))
(define-fun a_cmpxchg32.r0 () Word (zero_upper old32))

; Of Linux 6.15: loads that acquire and stores that release; a sequential run knows no order but its own.

;; load_acq8 LOAD_ACQ d3 imm 0x100
(define-fun load_acq8.at () Word at_src)
(define-fun load_acq8.bytes () Word bytes_1)
(define-fun load_acq8.dst () Word ((_ zero_extend 56) (load_8 at_src)))

;; load_acq16 LOAD_ACQ cb imm 0x100
(define-fun load_acq16.at () Word at_src)
(define-fun load_acq16.bytes () Word bytes_2)
(define-fun load_acq16.dst () Word ((_ zero_extend 48) (load_16 at_src)))

;; load_acq32 LOAD_ACQ c3 imm 0x100
(define-fun load_acq32.at () Word at_src)
(define-fun load_acq32.bytes () Word bytes_4)
(define-fun load_acq32.dst () Word ((_ zero_extend 32) (load_32 at_src)))

;; load_acq64 LOAD_ACQ db imm 0x100
(define-fun load_acq64.at () Word at_src)
(define-fun load_acq64.bytes () Word bytes_8)
(define-fun load_acq64.dst () Word (load_64 at_src))

;; store_rel8 STORE_REL d3 imm 0x110
(define-fun store_rel8.at () Word at_dst)
(define-fun store_rel8.bytes () Word bytes_1)
(define-fun store_rel8.mem () Word (put_8 store_rel8.at ((_ extract 7 0) src)))

;; store_rel16 STORE_REL cb imm 0x110
(define-fun store_rel16.at () Word at_dst)
(define-fun store_rel16.bytes () Word bytes_2)
(define-fun store_rel16.mem () Word (put_16 store_rel16.at ((_ extract 15 0) src)))

;; store_rel32 STORE_REL c3 imm 0x110
(define-fun store_rel32.at () Word at_dst)
(define-fun store_rel32.bytes () Word bytes_4)
(define-fun store_rel32.mem () Word (put_32 store_rel32.at ((_ extract 31 0) src)))

;; store_rel64 STORE_REL db imm 0x110
(define-fun store_rel64.at () Word at_dst)
(define-fun store_rel64.bytes () Word bytes_8)
(define-fun store_rel64.mem () Word src)

;; none LDDW its second slot is another instruction's eight bytes; what it loads may be a name
;; none LDABS the packet is the program type's, encode/machine/packet_load.c
;; none LDIND the packet is the program type's, encode/machine/packet_load.c
