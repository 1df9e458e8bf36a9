// SPDX-License-Identifier: Apache-2.0
// Integers match by size, sign and name once typedefs are taken off: "unsigned long" is no "unsigned long long".
#include "core.h"

struct size { u32 a; };
struct sign { u32 a; };
struct bool_to_byte { _Bool a; };
struct char_to_signed { char a; };
struct named { unsigned long a; };
struct kind { u32 a; };
PROGRAM int run(void *s)
{
	USE(TYPE_MATCHES(struct size));
	USE(TYPE_MATCHES(struct sign));
	USE(TYPE_MATCHES(struct bool_to_byte));
	USE(TYPE_MATCHES(struct char_to_signed));
	USE(TYPE_MATCHES(struct named));
	USE(TYPE_MATCHES(struct kind));
	return 0;
}
