// SPDX-License-Identifier: Apache-2.0
// Structs, unions, typedefs and enums keep their kind.
#include "core.h"

struct to_union { u32 a; };
struct inner { u32 a; };
struct outer { struct inner in; };
struct chained { u32 a; };
typedef struct { u32 a; } thing_t;
typedef u32 number_t;
struct flavoured___mine { u32 a; struct inner___mine { u32 a; } in; };
PROGRAM int run(void *s)
{
	USE(TYPE_MATCHES(struct to_union));
	USE(TYPE_MATCHES(struct outer));
	USE(TYPE_MATCHES(struct chained));
	USE(TYPE_MATCHES(thing_t));
	USE(TYPE_MATCHES(number_t));
	USE(TYPE_MATCHES(struct flavoured___mine));
	return 0;
}
