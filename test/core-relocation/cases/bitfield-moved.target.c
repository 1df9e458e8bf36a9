// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct flags { u64 first; u32 d : 1; u32 x : 9; s32 c : 21; u32 y : 30; u32 a : 2; u32 b : 31; };
KEEP(struct flags);
