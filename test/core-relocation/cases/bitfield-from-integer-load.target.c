// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u32 x : 3; u32 a : 20; };
KEEP(struct thing);
