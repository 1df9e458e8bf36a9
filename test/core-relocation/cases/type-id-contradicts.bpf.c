// SPDX-License-Identifier: Apache-2.0
// Two candidates always contradict each other when their id is asked for.
#include "core.h"

struct thing { u32 a; };
PROGRAM int run(void *s)
{
	USE(TYPE_ID_TARGET(struct thing));
	return 0;
}
