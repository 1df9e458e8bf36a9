// SPDX-License-Identifier: Apache-2.0
// Bitfields of 64-bit types.
#include "core.h"

struct thing { u64 a : 40; u64 b : 24; s64 c : 33; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	ASK_ALL(s->a);
	ASK_ALL(s->b);
	ASK_ALL(s->c);
	return 0;
}
