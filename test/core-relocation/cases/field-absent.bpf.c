// SPDX-License-Identifier: Apache-2.0
// A field that the target lacks poisons what uses it; asking whether it exists gives 0.
#include "core.h"

struct thing { u32 a; u64 gone; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	if (EXISTS(s->gone))
		USE(s->gone);
	if (EXISTS(s->a))
		USE(s->a);
	ASK_ALL(s->gone);
	return 0;
}
