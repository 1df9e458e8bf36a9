// SPDX-License-Identifier: Apache-2.0
// Same offset, other size: a load takes the first candidate's size.
#include "core.h"

struct thing { u32 a; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	return s->a;
}
