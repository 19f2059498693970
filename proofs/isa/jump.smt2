; SPDX-License-Identifier: BSD-2-Clause
; Jumps, RFC 9669, 4.3: the offset counts slots from the one behind the jump.

(define-fun by_off () Word (bvadd pc #x0000000000000001 off64))

;; ja JA 05
(define-fun ja.taken () Bool true)
(define-fun ja.target () Word by_off)
;; jal JAL 06
(define-fun jal.taken () Bool true)
(define-fun jal.target () Word (bvadd pc #x0000000000000001 imm64))

;; jeq64 JEQ 15 1d
(define-fun jeq64.taken () Bool (= d s))
(define-fun jeq64.target () Word by_off)

;; jeq32 JEQ 16 1e
(define-fun jeq32.taken () Bool (= d32 s32))
(define-fun jeq32.target () Word by_off)

;; jgt64 JGT 25 2d
(define-fun jgt64.taken () Bool (bvugt d s))
(define-fun jgt64.target () Word by_off)

;; jgt32 JGT 26 2e
(define-fun jgt32.taken () Bool (bvugt d32 s32))
(define-fun jgt32.target () Word by_off)

;; jge64 JGE 35 3d
(define-fun jge64.taken () Bool (bvuge d s))
(define-fun jge64.target () Word by_off)

;; jge32 JGE 36 3e
(define-fun jge32.taken () Bool (bvuge d32 s32))
(define-fun jge32.target () Word by_off)

;; jset64 JSET 45 4d
(define-fun jset64.taken () Bool (not (= (bvand d s) zero)))
(define-fun jset64.target () Word by_off)

;; jset32 JSET 46 4e
(define-fun jset32.taken () Bool (not (= (bvand d32 s32) #x00000000)))
(define-fun jset32.target () Word by_off)

;; jne64 JNE 55 5d
(define-fun jne64.taken () Bool (distinct d s))
(define-fun jne64.target () Word by_off)

;; jne32 JNE 56 5e
(define-fun jne32.taken () Bool (distinct d32 s32))
(define-fun jne32.target () Word by_off)

;; jsgt64 JSGT 65 6d
(define-fun jsgt64.taken () Bool (bvsgt d s))
(define-fun jsgt64.target () Word by_off)

;; jsgt32 JSGT 66 6e
(define-fun jsgt32.taken () Bool (bvsgt d32 s32))
(define-fun jsgt32.target () Word by_off)

;; jsge64 JSGE 75 7d
(define-fun jsge64.taken () Bool (bvsge d s))
(define-fun jsge64.target () Word by_off)

;; jsge32 JSGE 76 7e
(define-fun jsge32.taken () Bool (bvsge d32 s32))
(define-fun jsge32.target () Word by_off)

;; jlt64 JLT a5 ad
(define-fun jlt64.taken () Bool (bvult d s))
(define-fun jlt64.target () Word by_off)

;; jlt32 JLT a6 ae
(define-fun jlt32.taken () Bool (bvult d32 s32))
(define-fun jlt32.target () Word by_off)

;; jle64 JLE b5 bd
(define-fun jle64.taken () Bool (bvule d s))
(define-fun jle64.target () Word by_off)

;; jle32 JLE b6 be
(define-fun jle32.taken () Bool (bvule d32 s32))
(define-fun jle32.target () Word by_off)

;; jslt64 JSLT c5 cd
(define-fun jslt64.taken () Bool (bvslt d s))
(define-fun jslt64.target () Word by_off)

;; jslt32 JSLT c6 ce
(define-fun jslt32.taken () Bool (bvslt d32 s32))
(define-fun jslt32.target () Word by_off)

;; jsle64 JSLE d5 dd
(define-fun jsle64.taken () Bool (bvsle d s))
(define-fun jsle64.target () Word by_off)

;; jsle32 JSLE d6 de
(define-fun jsle32.taken () Bool (bvsle d32 s32))
(define-fun jsle32.target () Word by_off)

;; none MAY_GOTO the kernel decides: an input of the run
;; none CALL each helper is a model of its own
;; none EXIT the end of a function is the walk's, encode/symex.c
