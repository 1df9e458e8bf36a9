// SPDX-License-Identifier: Apache-2.0
#include "target.h"

enum level { LOW, HIGH = 0x100000000ULL };
struct thing { u64 first; enum level l; };
KEEP(struct thing);
