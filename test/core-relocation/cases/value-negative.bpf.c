// SPDX-License-Identifier: Apache-2.0
// Negative values keep their sign.
#include "core.h"

enum level { MINUS = -7, LEAST = -2147483647 - 1, PLUS = 7 };
PROGRAM int run(void *s)
{
	USE(VALUE(enum level, MINUS));
	USE(VALUE(enum level, LEAST));
	USE(VALUE(enum level, PLUS));
	return 0;
}
