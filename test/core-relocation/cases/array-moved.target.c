// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u64 first; u8 name[64]; u64 second; u32 slots[40]; };
KEEP(struct thing);
