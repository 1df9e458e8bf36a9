// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u64 b; u32 a; s32 list[4]; };
KEEP(struct thing);
