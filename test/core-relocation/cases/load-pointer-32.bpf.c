// SPDX-License-Identifier: Apache-2.0
// Pointers of a 32-bit kernel: loads of pointers shrink to 4 bytes.
#include "core.h"

struct thing { void *p; struct thing *next; u64 number; long l; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(s->p);
	USE(s->next);
	USE(BYTE_OFFSET(s->next));
	USE(BYTE_SIZE(s->next));
	USE(TYPE_SIZE(struct thing));
	return s->number;
}
