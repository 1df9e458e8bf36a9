// SPDX-License-Identifier: Apache-2.0
// Sizes of types of every kind; a type that is not there has size 0.
#include "core.h"

struct s { u32 a; };
struct gone { u64 a; };
union u { u32 a; };
enum e { E };
typedef u32 number;
typedef struct { u32 x; } anonymous_t;
typedef u32 array_t[4];
typedef void *pointer_t;
PROGRAM int run(void *s)
{
	USE(TYPE_SIZE(struct s));
	USE(TYPE_SIZE(struct gone));
	USE(TYPE_SIZE(union u));
	USE(TYPE_SIZE(enum e));
	USE(TYPE_SIZE(number));
	USE(TYPE_SIZE(anonymous_t));
	USE(TYPE_SIZE(array_t));
	USE(TYPE_SIZE(pointer_t));
	return 0;
}
