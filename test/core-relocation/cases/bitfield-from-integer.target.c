// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u32 x : 3; u32 a : 20; u32 d : 1; u8 b : 4; s64 c : 40; };
KEEP(struct thing);
