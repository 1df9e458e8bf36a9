// SPDX-License-Identifier: Apache-2.0
// Flavours of the target are candidates too.
#include "core.h"

struct thing { u32 a; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(TYPE_SIZE(struct thing));
	return s->a;
}
