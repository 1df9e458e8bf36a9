// SPDX-License-Identifier: Apache-2.0
#include "target.h"

enum some { SOME };
struct thing { void *to_pointer; struct { u32 x; } to_struct; u32 to_array[2]; enum some to_enum; u64 to_int; u32 array_to_int; u32 struct_to_int; u32 fine; };
KEEP(struct thing);
