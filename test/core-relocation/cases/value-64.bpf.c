// SPDX-License-Identifier: Apache-2.0
// 64-bit enumerators, signed and not.
#include "core.h"

enum wide { BIG = 0x123456789abcULL, SMALL = 1 };
enum deep { NEGATIVE = -0x123456789abcLL, POSITIVE = 5 };
PROGRAM int run(void *s)
{
	USE(VALUE(enum wide, BIG));
	USE(VALUE(enum wide, SMALL));
	USE(VALUE(enum deep, NEGATIVE));
	USE(VALUE(enum deep, POSITIVE));
	USE(VALUE_EXISTS(enum wide, BIG));
	return 0;
}
