// SPDX-License-Identifier: Apache-2.0
// The same in the program: what clang wrote and what libbpf reads.
#include "core.h"

enum level { A = 0x80000001U };
PROGRAM int run(void *s)
{
	USE(VALUE(enum level, A));
	return 0;
}
