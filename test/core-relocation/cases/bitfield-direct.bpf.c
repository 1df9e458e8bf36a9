// SPDX-License-Identifier: Apache-2.0
// A bitfield read as C reads it.
#include "core.h"

struct flags { u32 a : 3; u32 b : 13; s32 c : 7; } RELOCATED;
PROGRAM int run(struct flags *s)
{
	USE(s->b);
	return s->c;
}
