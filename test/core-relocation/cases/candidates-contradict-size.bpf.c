// SPDX-License-Identifier: Apache-2.0
// Same offset, other size: the sizes contradict each other.
#include "core.h"

struct thing { u32 a; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	return BYTE_SIZE(s->a);
}
