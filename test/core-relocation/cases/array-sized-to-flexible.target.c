// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct last { u64 length; u32 data[]; };
struct middle { u64 length; u32 data[0]; u32 after; };
struct united { u64 length; union { struct { u32 nothing[0]; u32 data[0]; }; u32 other[0]; }; };
KEEP(struct last);
KEEP(struct middle);
KEEP(struct united);
