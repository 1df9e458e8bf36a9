// SPDX-License-Identifier: Apache-2.0
// Enumerators by name, wherever they stand.
#include "core.h"

enum level { LOW, MIDDLE = 5, HIGH };
PROGRAM int run(void *s)
{
	USE(VALUE(enum level, LOW));
	USE(VALUE(enum level, MIDDLE));
	USE(VALUE(enum level, HIGH));
	USE(VALUE_EXISTS(enum level, HIGH));
	return 0;
}
