// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u64 first; u32 a; u32 b; };
struct thing___two { u32 x; u32 y; u32 a; u32 z; u32 only; };
KEEP(struct thing);
KEEP(struct thing___two);
