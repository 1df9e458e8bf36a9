// SPDX-License-Identifier: Apache-2.0
// Flavours of the program are other views of one kernel type.
#include "core.h"

struct thing { u32 a; } RELOCATED;
struct thing___old { u64 renamed_a; } RELOCATED;
struct thing___newest { u32 c; } RELOCATED;
PROGRAM int run(void *s)
{
	struct thing *t = s;
	struct thing___old *old = s;
	struct thing___newest *newest = s;

	if (EXISTS(old->renamed_a))
		USE(old->renamed_a);
	USE(t->a);
	USE(TYPE_SIZE(struct thing___old));
	return newest->c;
}
