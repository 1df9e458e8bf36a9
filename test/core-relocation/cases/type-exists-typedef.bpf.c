// SPDX-License-Identifier: Apache-2.0
// Typedefs of one name must stand for types of the same make.
#include "core.h"

typedef struct { u32 x; } to_struct_t;
typedef struct { u32 x; } to_union_t;
typedef u32 to_int_t;
typedef u32 to_enum_t;
typedef void *pointer_t;
typedef u32 *pointer_to_int_t;
typedef struct in { u32 x; } *pointer_to_struct_t;
typedef u32 array_t[4];
typedef void *pointers_t[4];
typedef const u32 const_t;
typedef to_int_t twice_t;
PROGRAM int run(void *s)
{
	USE(TYPE_EXISTS(to_struct_t));
	USE(TYPE_EXISTS(to_union_t));
	USE(TYPE_EXISTS(to_int_t));
	USE(TYPE_EXISTS(to_enum_t));
	USE(TYPE_EXISTS(pointer_t));
	USE(TYPE_EXISTS(pointer_to_int_t));
	USE(TYPE_EXISTS(pointer_to_struct_t));
	USE(TYPE_EXISTS(array_t));
	USE(TYPE_EXISTS(pointers_t));
	USE(TYPE_EXISTS(const_t));
	USE(TYPE_EXISTS(twice_t));
	return 0;
}
