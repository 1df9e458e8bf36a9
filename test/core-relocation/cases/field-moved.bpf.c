// SPDX-License-Identifier: Apache-2.0
// Fields stand elsewhere in the target: loads and computed offsets follow.
#include "core.h"

struct thing { u32 a; u64 b; u8 c; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(s->a);
	USE(s->b);
	USE(BYTE_OFFSET(s->a));
	USE(BYTE_OFFSET(s->b));
	USE(&s->b);
	return s->c;
}
