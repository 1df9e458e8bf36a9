// SPDX-License-Identifier: Apache-2.0
#include "target.h"

typedef struct { u64 y; u64 z; } to_struct_t;
typedef union { u32 x; } to_union_t;
typedef s64 to_int_t;
typedef enum { AN_ENUM } to_enum_t;
typedef void *pointer_t;
typedef struct { u32 x; } *pointer_to_int_t;
typedef struct other { u64 x; } *pointer_to_struct_t;
typedef s64 array_t[9];
typedef u64 pointers_t[4];
typedef volatile u8 const_t;
typedef u64 twice_t;
KEEP(to_struct_t);
KEEP(to_union_t);
KEEP(to_int_t);
KEEP(to_enum_t);
KEEP(pointer_t);
KEEP(pointer_to_int_t);
KEEP(pointer_to_struct_t);
KEEP(array_t);
KEEP(pointers_t);
KEEP(const_t);
KEEP(twice_t);
