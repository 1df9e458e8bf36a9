// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u64 a; u32 b; u16 c; u8 d; };
KEEP(struct thing);
