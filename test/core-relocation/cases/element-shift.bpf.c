// SPDX-License-Identifier: Apache-2.0
// So are its shifts.
#include "core.h"

struct thing { s32 a[4]; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	return RSHIFT(s->a[1]);
}
