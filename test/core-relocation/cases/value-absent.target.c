// SPDX-License-Identifier: Apache-2.0
#include "target.h"

enum level { LOW };
KEEP(enum level);
