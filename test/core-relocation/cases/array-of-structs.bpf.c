// SPDX-License-Identifier: Apache-2.0
// Members of elements, with structs of another size.
#include "core.h"

struct point { u32 x; u32 y; } RELOCATED;
struct thing { struct point points[4]; struct { u64 a; u32 b; } pairs[2]; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(s->points[0].y);
	USE(s->points[3].x);
	USE(s->pairs[1].b);
	USE(BYTE_SIZE(s->points[2]));
	return 0;
}
