// SPDX-License-Identifier: Apache-2.0
// A plain load of what is a bitfield now is poisoned.
#include "core.h"

struct thing { u32 a; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	return s->a;
}
