// SPDX-License-Identifier: Apache-2.0
// Nothing moved: every instruction keeps its value.
#include "core.h"

struct thing { u32 a; u64 b; u8 c; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(s->a);
	USE(s->b);
	return s->c;
}
