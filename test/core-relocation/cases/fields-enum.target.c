// SPDX-License-Identifier: Apache-2.0
#include "target.h"

enum color { GREEN = -1 };
enum paint { WET };
enum shade { LIGHT };
enum big { BIG };
struct thing { u64 first; enum paint other; enum color c; enum shade s; enum paint a; enum big b; enum { HUGE_ONE = 0x100000000ULL } to_big; };
KEEP(struct thing);
