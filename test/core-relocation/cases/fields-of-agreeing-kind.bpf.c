// SPDX-License-Identifier: Apache-2.0
// Pointers to anything, integers of any size and sign, arrays of any length agree.
#include "core.h"

struct one { u32 x; };
struct thing { struct one *p; int (*f)(int); u8 byte; s64 wide; _Bool flag; char letter; u16 list[4]; void **pp; struct one s; } RELOCATED;
PROGRAM int run(struct thing *t)
{
	USE(BYTE_OFFSET(t->p));
	USE(BYTE_OFFSET(t->f));
	ASK_ALL(t->byte);
	ASK_ALL(t->wide);
	ASK_ALL(t->flag);
	ASK_ALL(t->letter);
	USE(BYTE_OFFSET(t->list));
	USE(BYTE_SIZE(t->list));
	USE(BYTE_OFFSET(t->pp));
	USE(BYTE_SIZE(t->s));
	return 0;
}
