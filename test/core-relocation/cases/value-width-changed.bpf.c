// SPDX-License-Identifier: Apache-2.0
// Enums of 32 and 64 bits are candidates for each other.
#include "core.h"

enum narrow { A = 5, B = -1 };
enum wide { C = 0x100000000ULL, D = 2 };
PROGRAM int run(void *s)
{
	USE(VALUE(enum narrow, A));
	USE(VALUE(enum narrow, B));
	USE(VALUE(enum wide, C));
	USE(VALUE(enum wide, D));
	USE(TYPE_SIZE(enum narrow));
	USE(TYPE_SIZE(enum wide));
	return 0;
}
