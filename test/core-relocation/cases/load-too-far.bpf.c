// SPDX-License-Identifier: Apache-2.0
// An offset over 32767 does not fit into a load.
#include "core.h"

struct thing { u32 a; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	return s->a;
}
