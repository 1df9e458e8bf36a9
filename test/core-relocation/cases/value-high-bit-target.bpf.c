// SPDX-License-Identifier: Apache-2.0
// An unsigned 32-bit value with its high bit set is read as negative.
#include "core.h"

enum level { A = 1 };
PROGRAM int run(void *s)
{
	USE(VALUE(enum level, A));
	return 0;
}
