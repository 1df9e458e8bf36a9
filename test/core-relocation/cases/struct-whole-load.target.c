// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct same { u32 x; };
struct grown { u64 x; };
struct thing { struct grown b; u32 more; struct same a; };
KEEP(struct thing);
