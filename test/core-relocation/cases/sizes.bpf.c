// SPDX-License-Identifier: Apache-2.0
// Sizes of everything a field can be.
#include "core.h"

struct in { u32 x; };
struct thing { u8 byte; u64 wide; void *p; struct in s; union { u32 x; } u; u32 list[3]; enum { A } e; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(BYTE_SIZE(s->byte));
	USE(BYTE_SIZE(s->wide));
	USE(BYTE_SIZE(s->p));
	USE(BYTE_SIZE(s->s));
	USE(BYTE_SIZE(s->u));
	USE(BYTE_SIZE(s->list));
	USE(BYTE_SIZE(s->list[2]));
	USE(BYTE_SIZE(s->e));
	return 0;
}
