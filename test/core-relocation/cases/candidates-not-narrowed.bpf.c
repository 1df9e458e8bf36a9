// SPDX-License-Identifier: Apache-2.0
// The other order: the first relocation meets both candidates, and they contradict each other.
#include "core.h"

struct thing { u32 a; u32 only; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(s->a);
	return s->only;
}
