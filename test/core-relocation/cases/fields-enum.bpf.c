// SPDX-License-Identifier: Apache-2.0
// Enum fields agree by name, flavours aside, or when one has no name; 64-bit enums count as enums.
#include "core.h"

enum color { RED };
enum shade___mine { DARK };
enum big { BIG = 0x100000000ULL };
struct thing { enum color c; enum color other; enum shade___mine s; enum { ANON } a; enum big b; enum color to_big; } RELOCATED;
PROGRAM int run(struct thing *t)
{
	USE(t->c);
	USE(EXISTS(t->other));
	USE(EXISTS(t->s));
	USE(EXISTS(t->a));
	USE(EXISTS(t->b));
	USE(EXISTS(t->to_big));
	ASK_ALL(t->b);
	return t->other;
}
