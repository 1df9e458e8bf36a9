// SPDX-License-Identifier: Apache-2.0
// Type ids, in the program and in the target.
#include "core.h"

struct thing { u32 a; };
struct gone { u32 a; };
typedef struct { u32 a; } thing_t;
PROGRAM int run(void *s)
{
	USE(TYPE_ID_LOCAL(struct thing));
	USE(TYPE_ID_TARGET(struct thing));
	USE(TYPE_ID_LOCAL(struct gone));
	USE(TYPE_ID_TARGET(struct gone));
	USE(TYPE_ID_TARGET(thing_t));
	USE(TYPE_ID_LOCAL(struct { int x; }));
	USE(TYPE_ID_TARGET(int));
	USE(TYPE_ID_TARGET(double));
	return 0;
}
