// SPDX-License-Identifier: Apache-2.0
// Stores of registers and constants are moved and resized as loads are.
// mcpu: v4
#include "core.h"

struct thing { u32 a; u64 b; s32 c; u16 d; s32 e; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	u64 value = s->b;

	asm volatile("" : "+r"(value));
	s->a = value;
	s->b = value;
	s->c = value;
	s->d = 7;
	s->e = 9;
	return 0;
}
