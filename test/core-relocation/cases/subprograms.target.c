// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u64 b; u64 more; u32 a; };
KEEP(struct thing);
