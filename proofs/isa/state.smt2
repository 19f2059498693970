; SPDX-License-Identifier: BSD-2-Clause
; What the statements speak of. proofs/isa/encode.c puts in front of it, for one instruction:
;   (define-fun opcode () (_ BitVec 8) ...)  its first byte
;   (define-fun d () Word ...)               the register that the destination field names, before
;   (define-fun src () Word ...)             the register that the source field names, before
;   r0                                       that register, before
;   imm off                                  the fields, of 32 and 16 bits
;   pc                                       the number of its slot
;   (memory a)                               the byte at a, before
; A statement begins with `;; NAME ROW OPCODES [off N] [imm N]`: row of isa.def, first bytes, and the fields that it has
; to have. Then what the instruction leaves, each in a function: NAME.dst NAME.src NAME.r0 (registers), NAME.at NAME.bytes
; (the memory that it uses), NAME.mem (the eight bytes at NAME.at), NAME.taken NAME.target (jumps). What has no function
; stays as it is; a jump without NAME.taken is none. NAME.case: the question is asked where it holds and where it does
; not, each by itself, because that is easier. `;; none ROW why` is for rows that nothing is said of.

; RFC 9669, 4.1: the source bit chooses between the register and the immediate, which is sign-extended.
(define-fun imm64 () Word ((_ sign_extend 32) imm))
(define-fun off64 () Word ((_ sign_extend 48) off))
(define-fun s () Word (ite (= ((_ extract 3 3) opcode) #b1) src imm64))
(define-fun d32 () Half ((_ extract 31 0) d))
(define-fun s32 () Half ((_ extract 31 0) s))
(define-fun src32 () Half ((_ extract 31 0) src))
(define-fun r0_32 () Half ((_ extract 31 0) r0))
; "'(u32)' indicates that the upper 32 bits are zeroed"
(define-fun zero_upper ((x Half)) Word (concat #x00000000 x))
(define-fun zero () Word #x0000000000000000)
(define-fun bytes_1 () Word #x0000000000000001)
(define-fun bytes_2 () Word #x0000000000000002)
(define-fun bytes_4 () Word #x0000000000000004)
(define-fun bytes_8 () Word #x0000000000000008)

; Little-endian memory.
(define-fun byte_at ((a Word) (i Word)) (_ BitVec 8) (memory (bvadd a i)))
(define-fun load_8 ((a Word)) (_ BitVec 8) (memory a))
(define-fun load_16 ((a Word)) (_ BitVec 16) (concat (byte_at a bytes_1) (memory a)))
(define-fun load_32 ((a Word)) Half (concat (load_16 (bvadd a bytes_2)) (load_16 a)))
(define-fun load_64 ((a Word)) Word (concat (load_32 (bvadd a bytes_4)) (load_32 a)))
; The eight bytes at a after the low ones have been replaced.
(define-fun put_8 ((a Word) (x (_ BitVec 8))) Word (concat ((_ extract 63 8) (load_64 a)) x))
(define-fun put_16 ((a Word) (x (_ BitVec 16))) Word (concat ((_ extract 63 16) (load_64 a)) x))
(define-fun put_32 ((a Word) (x Half)) Word (concat ((_ extract 63 32) (load_64 a)) x))
; The byte at p after the eight bytes at a have become x.
(define-fun stored ((a Word) (x Word) (p Word)) (_ BitVec 8)
  (ite (= p a) ((_ extract 7 0) x)
  (ite (= p (bvadd a #x0000000000000001)) ((_ extract 15 8) x)
  (ite (= p (bvadd a #x0000000000000002)) ((_ extract 23 16) x)
  (ite (= p (bvadd a #x0000000000000003)) ((_ extract 31 24) x)
  (ite (= p (bvadd a #x0000000000000004)) ((_ extract 39 32) x)
  (ite (= p (bvadd a #x0000000000000005)) ((_ extract 47 40) x)
  (ite (= p (bvadd a #x0000000000000006)) ((_ extract 55 48) x)
  (ite (= p (bvadd a #x0000000000000007)) ((_ extract 63 56) x)
  (memory p))))))))))
