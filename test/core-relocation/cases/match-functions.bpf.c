// SPDX-License-Identifier: Apache-2.0
// Functions match by every argument and by what they return.
#include "core.h"

struct in { u32 x; };
struct same { int (*f)(u32, struct in *); };
struct count { int (*f)(u32); };
struct argument { int (*f)(u32); };
struct returns { int (*f)(u32); };
struct behind { int (*f)(struct in); };
struct nothing { void (*f)(void); };
typedef int (*callback_t)(void *, u32);
typedef int (*other_t)(void *, u32);
struct variadic { int (*f)(u32, ...); };
PROGRAM int run(void *s)
{
	USE(TYPE_MATCHES(struct same));
	USE(TYPE_MATCHES(struct count));
	USE(TYPE_MATCHES(struct argument));
	USE(TYPE_MATCHES(struct returns));
	USE(TYPE_MATCHES(struct behind));
	USE(TYPE_MATCHES(struct nothing));
	USE(TYPE_MATCHES(callback_t));
	USE(TYPE_MATCHES(other_t));
	USE(TYPE_MATCHES(struct variadic));
	return 0;
}
