// SPDX-License-Identifier: Apache-2.0
// A pointer taken for an array: the target's size counts.
#include "core.h"

struct thing { u32 a; u32 b; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(s[3].b);
	USE(BYTE_OFFSET(s[2].a));
	USE(&s[5]);
	return 0;
}
