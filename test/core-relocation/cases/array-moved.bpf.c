// SPDX-License-Identifier: Apache-2.0
// Elements of arrays that moved and grew.
#include "core.h"

struct thing { u32 slots[4]; u8 name[16]; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(s->slots[0]);
	USE(s->slots[3]);
	USE(s->name[15]);
	USE(BYTE_OFFSET(s->slots));
	USE(BYTE_SIZE(s->slots));
	USE(BYTE_SIZE(s->slots[1]));
	USE(BYTE_OFFSET(s->name[9]));
	USE(EXISTS(s->slots[2]));
	return 0;
}
