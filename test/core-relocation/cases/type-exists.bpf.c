// SPDX-License-Identifier: Apache-2.0
// Types of every kind, there and not there.
#include "core.h"

struct here { u32 a; };
struct gone { u32 a; };
union here_too { u32 a; };
enum levels { LOW };
enum no_levels { NO };
typedef u32 number;
typedef u32 no_number;
struct fwd;
PROGRAM int run(void *s)
{
	USE(TYPE_EXISTS(struct here));
	USE(TYPE_EXISTS(struct gone));
	USE(TYPE_EXISTS(union here_too));
	USE(TYPE_EXISTS(enum levels));
	USE(TYPE_EXISTS(enum no_levels));
	USE(TYPE_EXISTS(number));
	USE(TYPE_EXISTS(no_number));
	return 0;
}
