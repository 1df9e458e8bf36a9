// SPDX-License-Identifier: Apache-2.0
#include "target.h"

union inner { u32 y; u32 x; u64 z; };
struct middle { union inner in; u64 other; };
struct thing { u8 first; struct middle m; u64 z; union inner flat; };
KEEP(struct thing);
