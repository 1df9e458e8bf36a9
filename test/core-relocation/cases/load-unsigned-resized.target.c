// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u64 a; u8 b; u32 c; u16 d; u32 e; };
KEEP(struct thing);
