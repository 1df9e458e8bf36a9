// SPDX-License-Identifier: Apache-2.0
// Floating-point fields agree with each other; a double is no float of another size to a load.
#include "core.h"

struct thing { float f; double d; float to_int; } RELOCATED;
PROGRAM int run(struct thing *t)
{
	USE(BYTE_OFFSET(t->f));
	USE(BYTE_SIZE(t->f));
	USE(BYTE_OFFSET(t->d));
	USE(SIGNED(t->d));
	USE(EXISTS(t->to_int));
	USE(*(u32 *)&t->f);
	return 0;
}
