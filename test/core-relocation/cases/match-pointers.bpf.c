// SPDX-License-Identifier: Apache-2.0
// Behind a pointer the name and kind of a struct are enough, declared or defined.
#include "core.h"

struct in { u32 x; };
struct declared;
struct to_fwd { u32 x; };
struct to_struct { struct in *p; };
struct from_fwd { struct declared *p; };
struct into_fwd { struct to_fwd *p; };
struct to_other { struct in *p; };
struct to_union { struct in *p; };
struct fwd_union { struct declared *p; };
struct depth { u32 **p; };
struct to_int { u32 *p; };
struct to_void { void *p; };
struct itself { struct itself *next; u32 x; };
union fwd_to_union;
struct union_from_fwd { union fwd_to_union *p; };
PROGRAM int run(void *s)
{
	USE(TYPE_MATCHES(struct to_struct));
	USE(TYPE_MATCHES(struct from_fwd));
	USE(TYPE_MATCHES(struct into_fwd));
	USE(TYPE_MATCHES(struct to_other));
	USE(TYPE_MATCHES(struct to_union));
	USE(TYPE_MATCHES(struct fwd_union));
	USE(TYPE_MATCHES(struct depth));
	USE(TYPE_MATCHES(struct to_int));
	USE(TYPE_MATCHES(struct to_void));
	USE(TYPE_MATCHES(struct itself));
	USE(TYPE_MATCHES(struct union_from_fwd));
	return 0;
}
