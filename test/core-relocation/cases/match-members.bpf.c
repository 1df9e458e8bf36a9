// SPDX-License-Identifier: Apache-2.0
// A struct matches one that has all its members, in any order.
#include "core.h"

struct equal { u32 a; u64 b; };
struct reordered { u32 a; u64 b; };
struct more { u32 a; };
struct fewer { u32 a; u64 b; };
struct renamed { u32 a; u64 b; };
union equal_too { u32 a; u64 b; };
struct empty { };
PROGRAM int run(void *s)
{
	USE(TYPE_MATCHES(struct equal));
	USE(TYPE_MATCHES(struct reordered));
	USE(TYPE_MATCHES(struct more));
	USE(TYPE_MATCHES(struct fewer));
	USE(TYPE_MATCHES(struct renamed));
	USE(TYPE_MATCHES(union equal_too));
	USE(TYPE_MATCHES(struct empty));
	return 0;
}
