// SPDX-License-Identifier: Apache-2.0
// Function types agree when they take as many arguments of agreeing kinds.
#include "core.h"

typedef int (*same_t)(u32, void *);
typedef int (*wider_t)(u32, s64);
typedef int (*fewer_t)(u32, u32);
typedef int (*kinds_t)(u32, void *);
typedef void (*returns_t)(u32);
typedef int (*nothing_t)(void);
typedef int bare_t(u32);
typedef int (*callback_t)(int (*)(u32), void *);
typedef int (*other_callback_t)(int (*)(u32), void *);
typedef int (*variadic_t)(u32, ...);
PROGRAM int run(void *s)
{
	USE(TYPE_EXISTS(same_t));
	USE(TYPE_EXISTS(wider_t));
	USE(TYPE_EXISTS(fewer_t));
	USE(TYPE_EXISTS(kinds_t));
	USE(TYPE_EXISTS(returns_t));
	USE(TYPE_EXISTS(nothing_t));
	USE(TYPE_EXISTS(bare_t));
	USE(TYPE_EXISTS(callback_t));
	USE(TYPE_EXISTS(other_callback_t));
	USE(TYPE_EXISTS(variadic_t));
	return 0;
}
