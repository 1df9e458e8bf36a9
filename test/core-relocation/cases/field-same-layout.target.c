// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u32 a; u64 b; u8 c; };
KEEP(struct thing);
