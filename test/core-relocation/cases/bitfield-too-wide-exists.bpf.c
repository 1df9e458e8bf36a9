// SPDX-License-Identifier: Apache-2.0
// Existence is answered without a load.
#include "core.h"

struct thing { u64 a : 60; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	return EXISTS(s->a);
}
