// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { char first[32767]; u8 a; u64 more[100000]; u8 b; };
KEEP(struct thing);
