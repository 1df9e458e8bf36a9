// SPDX-License-Identifier: Apache-2.0
// Integers that became bitfields.
#include "core.h"

struct thing { u32 a; u8 b; s64 c; _Bool d; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	ASK_ALL(s->a);
	ASK_ALL(s->b);
	ASK_ALL(s->c);
	ASK_ALL(s->d);
	return 0;
}
