// SPDX-License-Identifier: Apache-2.0
// A packed bitfield across units of its type needs a wider load.
#include "core.h"

struct thing { u32 a : 20; u16 b : 9; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	ASK_ALL(s->a);
	ASK_ALL(s->b);
	return 0;
}
