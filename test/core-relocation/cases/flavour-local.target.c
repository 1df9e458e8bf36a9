// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u64 first; u32 c; u32 a; };
KEEP(struct thing);
