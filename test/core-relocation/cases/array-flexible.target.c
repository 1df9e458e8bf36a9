// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u64 length; u64 more; u32 data[]; };
KEEP(struct thing);
