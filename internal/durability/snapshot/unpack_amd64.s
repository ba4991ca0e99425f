#include "textflag.h"

// Where the bytes of four numbers of a width go, by the width.
DATA spread<>+0x00(SB)/8, $0x8080800180808000
DATA spread<>+0x08(SB)/8, $0x8080800380808002
DATA spread<>+0x10(SB)/8, $0x8080030280800100
DATA spread<>+0x18(SB)/8, $0x8080070680800504
DATA spread<>+0x20(SB)/8, $0x8005040380020100
DATA spread<>+0x28(SB)/8, $0x800b0a0980080706
DATA spread<>+0x30(SB)/8, $0x0706050403020100
DATA spread<>+0x38(SB)/8, $0x0f0e0d0c0b0a0908
GLOBL spread<>(SB), RODATA|NOPTR, $64

// Eight words that are stored, and eight that are not.
DATA stored<>+0x00(SB)/8, $-1
DATA stored<>+0x08(SB)/8, $-1
DATA stored<>+0x10(SB)/8, $-1
DATA stored<>+0x18(SB)/8, $-1
DATA stored<>+0x20(SB)/8, $0
DATA stored<>+0x28(SB)/8, $0
DATA stored<>+0x30(SB)/8, $0
DATA stored<>+0x38(SB)/8, $0
GLOBL stored<>(SB), RODATA|NOPTR, $64

// func unpackWide(dst *uint32, n int, from *byte, width int, least uint32)
TEXT ·unpackWide(SB), NOSPLIT, $0-36
	MOVQ dst+0(FP), DI
	MOVQ n+8(FP), CX
	MOVQ from+16(FP), SI
	MOVQ width+24(FP), DX
	MOVL least+32(FP), AX
	VMOVD AX, X2
	VPBROADCASTD X2, Y2

	LEAQ spread<>(SB), R8
	MOVQ DX, R9
	SHLQ $4, R9
	VBROADCASTI128 -16(R8)(R9*1), Y1
	SHLQ $2, DX // bytes of four numbers

	SUBQ $8, CX
	JLT  tail

eight:
	VMOVDQU      (SI), X0
	VINSERTI128  $1, (SI)(DX*1), Y0, Y0
	VPSHUFB      Y1, Y0, Y0
	VPADDD       Y2, Y0, Y0
	VMOVDQU      Y0, (DI)
	LEAQ         (SI)(DX*2), SI
	ADDQ         $32, DI
	SUBQ         $8, CX
	JGE          eight

tail:
	ADDQ $8, CX
	JEQ  done
	VMOVDQU      (SI), X0
	VINSERTI128  $1, (SI)(DX*1), Y0, Y0
	VPSHUFB      Y1, Y0, Y0
	VPADDD       Y2, Y0, Y0
	LEAQ stored<>+32(SB), R8
	SHLQ $2, CX
	SUBQ CX, R8
	VMOVDQU (R8), Y3
	VPMASKMOVD Y0, Y3, (DI)

done:
	VZEROUPPER
	RET
