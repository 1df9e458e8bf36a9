// SPDX-License-Identifier: Apache-2.0
// Even where only existence is asked the offsets must agree.
#include "core.h"

struct thing { u32 a; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	return EXISTS(s->a);
}
