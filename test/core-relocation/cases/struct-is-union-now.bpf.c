// SPDX-License-Identifier: Apache-2.0
// Structs and unions of one name are no candidates for each other.
#include "core.h"

struct thing { u32 a; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	ASK_ALL(s->a);
	USE(TYPE_EXISTS(struct thing));
	return s->a;
}
