// SPDX-License-Identifier: Apache-2.0
// Shifts that take an integer of any size out of 64 bits.
#include "core.h"

struct thing { u8 a; u16 b; u32 c; u64 d; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	ASK_ALL(s->a);
	ASK_ALL(s->b);
	ASK_ALL(s->c);
	ASK_ALL(s->d);
	return 0;
}
