// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct size { u64 a; };
struct sign { s32 a; };
struct bool_to_byte { u8 a; };
struct char_to_signed { s8 a; };
struct named { unsigned long long a; };
struct kind { enum { ANY } a; };
KEEP(struct size);
KEEP(struct sign);
KEEP(struct bool_to_byte);
KEEP(struct char_to_signed);
KEEP(struct named);
KEEP(struct kind);
