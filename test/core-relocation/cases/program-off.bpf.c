// SPDX-License-Identifier: Apache-2.0
// Programs that are not loaded are not relocated: their errors do not count.
#include "core.h"

struct thing { u32 a; s32 list[4]; } RELOCATED;
__attribute__((section("?socket"), used)) int off(struct thing *s)
{
	return SIGNED(s->list[1]);
}
PROGRAM int run(struct thing *s)
{
	return s->a;
}
