# SPDX-License-Identifier: Apache-2.0
# Exits with 0 and does nothing else: no system call stands between the exec and the exit.
.globl _start
_start:
	xor %edi, %edi
	mov $231, %eax
	syscall
.section .note.GNU-stack,"",@progbits
