// SPDX-License-Identifier: Apache-2.0
// A load through a whole member struct: of the same size it moves, of another it is poisoned.
#include "core.h"

struct same { u32 x; } RELOCATED;
struct grown { u32 x; } RELOCATED;
struct thing { u64 first; struct same a; struct grown b; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(*(u32 *)&s->a);
	return *(u32 *)&s->b;
}
