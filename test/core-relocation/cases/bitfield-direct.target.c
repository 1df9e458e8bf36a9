// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct flags { u64 first; u32 b : 13; u32 a : 3; s32 c : 7; };
KEEP(struct flags);
