// SPDX-License-Identifier: Apache-2.0
// Enumerators have flavours too.
#include "core.h"

enum level___mine { LOW___mine = 1, HIGH___theirs = 2, OTHER = 3 };
PROGRAM int run(void *s)
{
	USE(VALUE(enum level___mine, LOW___mine));
	USE(VALUE(enum level___mine, HIGH___theirs));
	USE(VALUE(enum level___mine, OTHER));
	return 0;
}
