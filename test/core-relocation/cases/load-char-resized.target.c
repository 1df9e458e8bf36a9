// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u64 first; u16 letter; u32 flag; _Bool byte; };
KEEP(struct thing);
