// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct a { u64 pad[1]; u32 x; };
struct a___b { u64 pad[2]; u32 x; };
struct a___b___d { u64 pad[3]; u32 x; };
struct wide { u32 x; };
struct wide_ { u64 y; u32 x; };
struct trailing { u32 x; };
struct _short { u64 pad[4]; u32 x; };
KEEP(struct a);
KEEP(struct a___b);
KEEP(struct a___b___d);
KEEP(struct trailing);
KEEP(struct wide);
KEEP(struct wide_);
KEEP(struct _short);
