// SPDX-License-Identifier: Apache-2.0
// A field of the same name and another kind does not count.
#include "core.h"

struct thing { u32 to_pointer; u32 to_struct; u32 to_array; u32 to_enum; void *to_int; u32 array_to_int[2]; struct { u32 x; } struct_to_int; u32 fine; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(EXISTS(s->to_pointer));
	USE(EXISTS(s->to_struct));
	USE(EXISTS(s->to_array));
	USE(EXISTS(s->to_enum));
	USE(EXISTS(s->to_int));
	USE(EXISTS(s->array_to_int));
	USE(EXISTS(s->struct_to_int));
	USE(EXISTS(s->struct_to_int.x));
	USE(EXISTS(s->fine));
	USE(s->to_pointer);
	USE(s->to_int);
	return s->fine;
}
