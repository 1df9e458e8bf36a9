// SPDX-License-Identifier: Apache-2.0
// Signs of integers, enums, bool, char.
#include "core.h"

enum plain { P };
struct thing { u32 a; s32 b; char c; _Bool d; enum plain e; s8 f; u64 g; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(SIGNED(s->a));
	USE(SIGNED(s->b));
	USE(SIGNED(s->c));
	USE(SIGNED(s->d));
	USE(SIGNED(s->e));
	USE(SIGNED(s->f));
	USE(SIGNED(s->g));
	return 0;
}
