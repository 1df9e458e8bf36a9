// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u64 first; u16 a; };
struct thing___two { u64 first; u64 a; };
KEEP(struct thing);
KEEP(struct thing___two);
