// SPDX-License-Identifier: Apache-2.0
// Bitfields inside anonymous structs of a union.
#include "core.h"

struct thing { u32 a : 4; u32 b : 4; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	ASK_ALL(s->a);
	ASK_ALL(s->b);
	return 0;
}
