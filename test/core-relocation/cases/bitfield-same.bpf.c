// SPDX-License-Identifier: Apache-2.0
// Bitfields as the program has them.
#include "core.h"

struct flags { u32 a : 3; u32 b : 5; s32 c : 7; u32 d : 1; } RELOCATED;
PROGRAM int run(struct flags *s)
{
	ASK_ALL(s->a);
	ASK_ALL(s->b);
	ASK_ALL(s->c);
	ASK_ALL(s->d);
	return 0;
}
