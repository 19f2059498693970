; SPDX-License-Identifier: BSD-2-Clause
; Byte order, RFC 9669, 4.2: of the low 16, 32 or 64 bits, the rest is zeroed. The machine is little-endian.

;; le16 LE d4 imm 16
(define-fun le16.dst () Word ((_ zero_extend 48) ((_ extract 15 0) d)))
;; le32 LE d4 imm 32
(define-fun le32.dst () Word ((_ zero_extend 32) ((_ extract 31 0) d)))
;; le64 LE d4 imm 64
(define-fun le64.dst () Word d)

;; be16 BE dc imm 16
(define-fun be16.dst () Word ((_ zero_extend 48) (concat ((_ extract 7 0) d) ((_ extract 15 8) d))))
;; be32 BE dc imm 32
(define-fun be32.dst () Word ((_ zero_extend 32) (concat ((_ extract 7 0) d) ((_ extract 15 8) d) ((_ extract 23 16) d) ((_ extract 31 24) d))))
;; be64 BE dc imm 64
(define-fun be64.dst () Word (concat ((_ extract 7 0) d) ((_ extract 15 8) d) ((_ extract 23 16) d) ((_ extract 31 24) d) ((_ extract 39 32) d) ((_ extract 47 40) d) ((_ extract 55 48) d) ((_ extract 63 56) d)))

;; bswap16 BSWAP d7 imm 16
(define-fun bswap16.dst () Word ((_ zero_extend 48) (concat ((_ extract 7 0) d) ((_ extract 15 8) d))))
;; bswap32 BSWAP d7 imm 32
(define-fun bswap32.dst () Word ((_ zero_extend 32) (concat ((_ extract 7 0) d) ((_ extract 15 8) d) ((_ extract 23 16) d) ((_ extract 31 24) d))))
;; bswap64 BSWAP d7 imm 64
(define-fun bswap64.dst () Word (concat ((_ extract 7 0) d) ((_ extract 15 8) d) ((_ extract 23 16) d) ((_ extract 31 24) d) ((_ extract 39 32) d) ((_ extract 47 40) d) ((_ extract 55 48) d) ((_ extract 63 56) d)))
