// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct point { u64 label; u32 y; u32 z; u32 x; };
struct thing { u32 first; struct { u32 b; u32 c; u64 a; } pairs[2]; struct point points[5]; };
KEEP(struct thing);
