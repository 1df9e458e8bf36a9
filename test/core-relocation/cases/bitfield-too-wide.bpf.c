// SPDX-License-Identifier: Apache-2.0
// A packed bitfield that no 8-byte load holds is an error.
#include "core.h"

struct thing { u64 a : 60; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	return LSHIFT(s->a);
}
