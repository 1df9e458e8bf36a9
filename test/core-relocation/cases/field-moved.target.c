// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u8 c; u8 padding[30]; u64 b; char more[100]; u32 a; };
KEEP(struct thing);
