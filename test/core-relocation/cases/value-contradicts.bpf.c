// SPDX-License-Identifier: Apache-2.0
// Two candidates with different values.
#include "core.h"

enum level { LOW };
PROGRAM int run(void *s)
{
	USE(VALUE(enum level, LOW));
	return 0;
}
