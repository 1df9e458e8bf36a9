// SPDX-License-Identifier: Apache-2.0
// Anonymous structs and unions of the program leave no trace in the search.
#include "core.h"

struct thing {
	int before;
	union { struct { u32 a; u32 b; }; struct { union { u64 c; u8 d; }; }; };
} RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(s->a);
	USE(s->b);
	USE(s->d);
	ASK_ALL(s->c);
	return 0;
}
