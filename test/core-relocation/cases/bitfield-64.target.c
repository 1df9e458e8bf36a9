// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u8 first; u64 b : 20; u64 a : 36; s64 c : 60; };
KEEP(struct thing);
