// SPDX-License-Identifier: Apache-2.0
// The target only declares the struct.
#include "core.h"

struct thing { u32 a; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(EXISTS(s->a));
	USE(TYPE_EXISTS(struct thing));
	USE(TYPE_SIZE(struct thing));
	return s->a;
}
