// SPDX-License-Identifier: Apache-2.0
// An element past the end of the target's array is absent.
#include "core.h"

struct thing { u32 slots[8]; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(s->slots[1]);
	USE(s->slots[2]);
	USE(EXISTS(s->slots[1]));
	USE(EXISTS(s->slots[7]));
	return 0;
}
