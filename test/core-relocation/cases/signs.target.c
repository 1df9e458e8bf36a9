// SPDX-License-Identifier: Apache-2.0
#include "target.h"

enum plain { P = -5 };
struct thing { s32 a; u32 b; u8 c; s8 d; enum plain e; u64 f; s64 g; };
KEEP(struct thing);
