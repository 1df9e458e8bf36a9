// SPDX-License-Identifier: Apache-2.0
// An enum that became 64 bits wide cannot be loaded as the 32 bits it was.
#include "core.h"

enum level { LOW };
struct thing { enum level l; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(BYTE_SIZE(s->l));
	return s->l;
}
