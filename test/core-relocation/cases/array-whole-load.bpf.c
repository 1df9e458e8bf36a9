// SPDX-License-Identifier: Apache-2.0
// A load through the whole array, whose length changed. libbpf before 1.6 compares the sizes of the arrays, not of their elements, and poisons it.
#include "core.h"

struct thing { u32 first; u32 slots[4]; u8 name[16]; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(*(u32 *)&s->slots);
	return *(u8 *)&s->name;
}
