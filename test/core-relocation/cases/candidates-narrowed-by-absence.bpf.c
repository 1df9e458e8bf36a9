// SPDX-License-Identifier: Apache-2.0
// A relocation that no candidate satisfies narrows nothing.
#include "core.h"

struct thing { u32 a; u32 gone; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(EXISTS(s->gone));
	return EXISTS(s->a);
}
