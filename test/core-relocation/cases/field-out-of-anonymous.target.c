// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u8 d; u32 b; u32 a; u64 c; };
KEEP(struct thing);
