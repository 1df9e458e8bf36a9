// SPDX-License-Identifier: Apache-2.0
// Typedefs and qualifiers of fields are looked through, on both sides.
#include "core.h"

typedef u32 number;
typedef const volatile number odd;
typedef struct { u32 x; } RELOCATED inner_t;
struct thing { number a; odd b; inner_t in; number list[3]; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(s->a);
	USE(s->b);
	USE(s->in.x);
	USE(s->list[2]);
	ASK_ALL(s->b);
	return 0;
}
