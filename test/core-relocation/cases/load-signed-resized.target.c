// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { s64 first; s64 a; s64 to_signed; u64 to_unsigned; u32 same; };
KEEP(struct thing);
