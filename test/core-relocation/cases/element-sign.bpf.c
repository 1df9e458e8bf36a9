// SPDX-License-Identifier: Apache-2.0
// The sign of an array element is a question libbpf refuses.
#include "core.h"

struct thing { s32 a[4]; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	return SIGNED(s->a[1]);
}
