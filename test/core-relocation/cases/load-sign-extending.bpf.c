// SPDX-License-Identifier: Apache-2.0
// Loads that extend the sign move as others do; another size poisons them.
// mcpu: v4
#include "core.h"

struct thing { s8 a; s16 b; s32 c; s16 grown; char letter; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE((s64)s->a);
	USE((s64)s->b);
	USE((s64)s->c);
	USE((s64)s->grown);
	return s->letter;
}
