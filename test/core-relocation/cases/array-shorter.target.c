// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u64 first; u32 slots[2]; u64 last; };
KEEP(struct thing);
