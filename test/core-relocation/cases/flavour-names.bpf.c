// SPDX-License-Identifier: Apache-2.0
// Only the last ___ between other characters separates a flavour.
#include "core.h"

struct a___b___c { u32 x; } RELOCATED;
struct wide____name { u32 x; } RELOCATED;
struct ___leading { u32 x; } RELOCATED;
struct trailing___ { u32 x; } RELOCATED;
struct _short___f { u32 x; } RELOCATED;
PROGRAM int run(void *s)
{
	USE(BYTE_OFFSET(((struct a___b___c *)s)->x));
	USE(EXISTS(((struct wide____name *)s)->x));
	USE(EXISTS(((struct ___leading *)s)->x));
	USE(EXISTS(((struct trailing___ *)s)->x));
	USE(BYTE_OFFSET(((struct _short___f *)s)->x));
	return 0;
}
