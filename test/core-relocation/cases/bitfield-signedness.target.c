// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct flags { s32 a : 3; s64 b : 5; u32 c : 7; _Bool d : 1; };
KEEP(struct flags);
