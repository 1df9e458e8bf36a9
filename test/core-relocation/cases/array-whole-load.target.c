// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u8 name[32]; u64 first; u32 slots[9]; };
KEEP(struct thing);
