// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u64 first; u32 b; u32 a; u64 last; };
KEEP(struct thing);
