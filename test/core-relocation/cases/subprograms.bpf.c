// SPDX-License-Identifier: Apache-2.0
// Relocations of static and global functions move with them into the program.
#include "core.h"

struct thing { u32 a; u64 b; u32 gone; } RELOCATED;
static __attribute__((noinline)) u64 local(struct thing *s)
{
	USE(EXISTS(s->gone));
	return s->b;
}
__attribute__((noinline)) int shared(struct thing *s)
{
	USE(s->gone);
	return s->a + local(s);
}
PROGRAM int run(struct thing *s)
{
	USE(s->a);
	return shared(s) + local(s);
}
PROGRAM int other(struct thing *s)
{
	return local(s) + BYTE_OFFSET(s->b);
}
