// SPDX-License-Identifier: Apache-2.0
// Fields that moved into anonymous structs and unions are found there.
#include "core.h"

struct thing { u32 a; u64 b; u16 c; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(s->a);
	USE(s->c);
	ASK_ALL(s->b);
	return 0;
}
