// SPDX-License-Identifier: Apache-2.0
// Two candidates with the field at different offsets: libbpf refuses.
#include "core.h"

struct thing { u32 a; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	return s->a;
}
