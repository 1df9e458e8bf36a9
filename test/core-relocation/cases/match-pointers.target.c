// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct in { u64 y; void *z; };
struct declared { u32 x; };
struct to_fwd;
struct to_struct { struct in *p; };
struct from_fwd { struct declared *p; };
struct into_fwd { struct to_fwd *p; };
struct other { u32 x; };
struct to_other { struct other *p; };
union in_union { u32 x; };
struct to_union { union in_union *p; };
union declared_too { u32 x; };
struct fwd_union { union declared_too *p; };
struct depth { u32 *p; };
struct to_int { u64 *p; };
struct to_void { u32 *p; };
struct itself { u32 x; struct itself *next; u64 more; };
union fwd_to_union { u32 x; };
struct union_from_fwd { union fwd_to_union *p; };
KEEP(struct to_struct);
KEEP(struct from_fwd);
KEEP(struct into_fwd);
KEEP(struct to_other);
KEEP(struct to_union);
KEEP(struct fwd_union);
KEEP(struct depth);
KEEP(struct to_int);
KEEP(struct to_void);
KEEP(struct itself);
KEEP(struct union_from_fwd);
