// SPDX-License-Identifier: Apache-2.0
// Elements of another size: offsets scale, loads of unsigned elements change.
#include "core.h"

struct thing { u32 slots[8]; u64 wide[8]; s32 sign[8]; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(s->slots[3]);
	USE(s->wide[3]);
	USE(BYTE_OFFSET(s->sign[5]));
	USE(BYTE_SIZE(s->sign[5]));
	return s->sign[3];
}
