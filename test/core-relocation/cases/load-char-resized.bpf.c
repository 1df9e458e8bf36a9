// SPDX-License-Identifier: Apache-2.0
// Plain char counts as signed, bool as unsigned.
#include "core.h"

struct thing { char letter; _Bool flag; u8 byte; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(s->letter);
	USE(s->flag);
	return s->byte;
}
