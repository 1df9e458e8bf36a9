// SPDX-License-Identifier: Apache-2.0
#include "target.h"

typedef enum { MIDDLE, HIGH } named_differently;
typedef const named_differently level_t;
typedef int not_enum_t;
KEEP(level_t);
KEEP(not_enum_t);
