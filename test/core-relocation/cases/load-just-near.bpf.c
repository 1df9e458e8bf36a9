// SPDX-License-Identifier: Apache-2.0
// 32767 is the last offset of a load; computed offsets go on.
#include "core.h"

struct thing { u8 a; u8 b; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(BYTE_OFFSET(s->b));
	return s->a;
}
