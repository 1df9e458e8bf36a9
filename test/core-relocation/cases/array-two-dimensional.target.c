// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u8 cube[5][4][9]; u64 first; u32 table[7][4]; };
KEEP(struct thing);
