// SPDX-License-Identifier: Apache-2.0
#include "target.h"

typedef double real;
KEEP(real);
