// SPDX-License-Identifier: Apache-2.0
// Bitfields of enums: the enum says whether they are signed.
#include "core.h"

enum mood { GOOD, BAD };
struct thing { enum mood a : 4; enum mood b : 4; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	ASK_ALL(s->a);
	ASK_ALL(s->b);
	return 0;
}
