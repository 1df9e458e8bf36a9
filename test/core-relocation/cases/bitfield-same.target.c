// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct flags { u32 a : 3; u32 b : 5; s32 c : 7; u32 d : 1; };
KEEP(struct flags);
