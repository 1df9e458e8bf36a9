// SPDX-License-Identifier: Apache-2.0
// A typedef and a struct of the same name are no candidates for each other.
#include "core.h"

typedef struct { u32 a; } RELOCATED thing;
PROGRAM int run(thing *s)
{
	USE(EXISTS(s->a));
	return s->a;
}
