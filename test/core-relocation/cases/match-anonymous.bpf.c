// SPDX-License-Identifier: Apache-2.0
// Anonymous members match any anonymous member that matches.
#include "core.h"

struct same { union { u32 a; u64 b; }; };
struct flat { union { u32 a; u64 b; }; };
struct nested { u32 a; };
struct second { struct { u32 x; }; };
struct bits { u32 a : 3; u32 b : 4; };
PROGRAM int run(void *s)
{
	USE(TYPE_MATCHES(struct same));
	USE(TYPE_MATCHES(struct flat));
	USE(TYPE_MATCHES(struct nested));
	USE(TYPE_MATCHES(struct second));
	USE(TYPE_MATCHES(struct bits));
	return 0;
}
