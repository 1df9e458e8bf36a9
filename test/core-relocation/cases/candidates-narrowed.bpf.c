// SPDX-License-Identifier: Apache-2.0
// A candidate that did not match once is out for later relocations of the same local type.
#include "core.h"

struct thing { u32 a; u32 only; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(s->only);
	return s->a;
}
