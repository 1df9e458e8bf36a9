// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u64 d; s32 e; u64 a; u32 b; s64 c; };
KEEP(struct thing);
