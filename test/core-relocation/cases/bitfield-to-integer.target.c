// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct flags { u64 first; u32 a; u8 b; s64 c; _Bool d; };
KEEP(struct flags);
