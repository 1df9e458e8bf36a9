// SPDX-License-Identifier: Apache-2.0
// Enums match by the names of their values and by size.
#include "core.h"

enum equal { E1, E2 };
enum more { M1 };
enum fewer { F1, F2 };
enum values { V1 = 1, V2 = 2 };
enum renamed { R1, R2 };
enum size { S1 };
enum wide { W1 = 0x100000000ULL };
enum flavoured { L1___mine, L2 };
PROGRAM int run(void *s)
{
	USE(TYPE_MATCHES(enum equal));
	USE(TYPE_MATCHES(enum more));
	USE(TYPE_MATCHES(enum fewer));
	USE(TYPE_MATCHES(enum values));
	USE(TYPE_MATCHES(enum renamed));
	USE(TYPE_MATCHES(enum size));
	USE(TYPE_MATCHES(enum wide));
	USE(TYPE_MATCHES(enum flavoured));
	return 0;
}
