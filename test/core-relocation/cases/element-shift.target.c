// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { s32 a[4]; };
KEEP(struct thing);
