// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u32 a; };
KEEP(struct thing);
