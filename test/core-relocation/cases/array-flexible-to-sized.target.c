// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u64 length; u32 data[4]; };
KEEP(struct thing);
