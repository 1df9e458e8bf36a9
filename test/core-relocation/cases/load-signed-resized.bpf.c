// SPDX-License-Identifier: Apache-2.0
// Loads of signed integers cannot change their size, computed offsets can.
#include "core.h"

struct thing { s32 a; u32 to_signed; s32 to_unsigned; s32 same; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(BYTE_OFFSET(s->a));
	USE(s->a);
	USE(s->to_signed);
	USE(s->to_unsigned);
	return s->same;
}
