// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u32 a; };
struct thing___two { u64 a; };
KEEP(struct thing);
KEEP(struct thing___two);
