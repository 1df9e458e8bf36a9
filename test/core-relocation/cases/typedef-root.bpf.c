// SPDX-License-Identifier: Apache-2.0
// A struct without a name, reached through its typedef.
#include "core.h"

typedef struct { u32 a; u64 b; } RELOCATED thing_t;
PROGRAM int run(thing_t *s)
{
	USE(s->b);
	USE(TYPE_SIZE(thing_t));
	ASK_ALL(s->a);
	return 0;
}
