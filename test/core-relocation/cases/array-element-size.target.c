// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u64 slots[8]; u16 wide[8]; s64 sign[8]; };
KEEP(struct thing);
