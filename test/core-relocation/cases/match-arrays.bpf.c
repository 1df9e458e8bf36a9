// SPDX-License-Identifier: Apache-2.0
// Arrays match by length and element.
#include "core.h"

struct equal { u32 a[4]; };
struct longer { u32 a[4]; };
struct element { u32 a[4]; };
struct flexible { u32 n; u32 a[]; };
struct table { u32 a[2][3]; };
struct structs { struct { u32 x; } a[2]; };
PROGRAM int run(void *s)
{
	USE(TYPE_MATCHES(struct equal));
	USE(TYPE_MATCHES(struct longer));
	USE(TYPE_MATCHES(struct element));
	USE(TYPE_MATCHES(struct flexible));
	USE(TYPE_MATCHES(struct table));
	USE(TYPE_MATCHES(struct structs));
	return 0;
}
