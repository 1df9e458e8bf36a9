// SPDX-License-Identifier: Apache-2.0
// Enums without a name, through their typedefs.
#include "core.h"

typedef enum { LOW, HIGH } level_t;
typedef enum { X, Y } not_enum_t;
PROGRAM int run(void *s)
{
	USE(VALUE(level_t, HIGH));
	USE(VALUE_EXISTS(level_t, LOW));
	USE(VALUE_EXISTS(not_enum_t, Y));
	return 0;
}
