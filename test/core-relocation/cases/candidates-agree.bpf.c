// SPDX-License-Identifier: Apache-2.0
// Two candidates that give the same answer are no problem.
#include "core.h"

struct thing { u32 a; u32 only; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(s->a);
	USE(TYPE_EXISTS(struct thing));
	return s->only;
}
