// SPDX-License-Identifier: Apache-2.0
// Each dimension is looked at by itself.
#include "core.h"

struct thing { u32 table[3][5]; u8 cube[2][3][4]; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(s->table[2][4]);
	USE(s->table[1][0]);
	USE(s->cube[1][2][3]);
	USE(BYTE_SIZE(s->table[1]));
	USE(BYTE_OFFSET(s->cube[1][1]));
	USE(EXISTS(s->table[2][3]));
	return 0;
}
