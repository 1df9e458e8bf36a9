// SPDX-License-Identifier: Apache-2.0
// A path of named members moves at every level; a struct may have become a union.
#include "core.h"

struct inner { u32 x; u32 y; } RELOCATED;
struct middle { u64 pad; struct inner in; } RELOCATED;
struct thing { struct middle m; struct inner flat; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(s->m.in.x);
	USE(s->m.in.y);
	USE(BYTE_OFFSET(s->m.in));
	USE(BYTE_SIZE(s->m.in));
	return s->flat.y;
}
