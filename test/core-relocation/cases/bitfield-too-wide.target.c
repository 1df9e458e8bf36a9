// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u64 first : 6; u64 a : 60; } __attribute__((packed));
KEEP(struct thing);
