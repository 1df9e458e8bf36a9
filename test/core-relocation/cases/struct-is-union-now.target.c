// SPDX-License-Identifier: Apache-2.0
#include "target.h"

union thing { u32 a; u64 b; };
KEEP(union thing);
