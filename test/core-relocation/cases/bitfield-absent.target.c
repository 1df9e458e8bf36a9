// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct flags { u32 other : 3; };
KEEP(struct flags);
