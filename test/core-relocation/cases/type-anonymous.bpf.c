// SPDX-License-Identifier: Apache-2.0
// A type without a name cannot be looked for.
#include "core.h"

PROGRAM int run(void *s)
{
	struct { int x; int y; } *p = s;

	return EXISTS(p->y);
}
