// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u64 first; s32 c; s16 b; u8 a; s64 grown; char letter; };
KEEP(struct thing);
