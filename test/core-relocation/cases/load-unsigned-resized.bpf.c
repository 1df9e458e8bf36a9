// SPDX-License-Identifier: Apache-2.0
// Loads of unsigned integers take the target's size.
#include "core.h"

struct thing { u32 a; u64 b; u16 c; u8 d; _Bool e; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(s->a);
	USE(s->b);
	USE(s->c);
	USE(s->d);
	return s->e;
}
