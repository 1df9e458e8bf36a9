// SPDX-License-Identifier: Apache-2.0
// Two candidates of different size.
#include "core.h"

struct thing { u32 a; };
PROGRAM int run(void *s)
{
	return TYPE_SIZE(struct thing);
}
