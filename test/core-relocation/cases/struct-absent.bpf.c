// SPDX-License-Identifier: Apache-2.0
// No struct of that name: all its fields are absent.
#include "core.h"

struct nowhere { u32 a; struct { u64 b; } in; } RELOCATED;
PROGRAM int run(struct nowhere *s)
{
	USE(s->a);
	USE(s->in.b);
	ASK_ALL(s->in.b);
	return 0;
}
