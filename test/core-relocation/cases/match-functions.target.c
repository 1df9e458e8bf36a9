// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct in { u64 y; };
struct same { int (*f)(u32, struct in *); };
struct count { int (*f)(u32, u32); };
struct argument { int (*f)(u64); };
struct returns { long (*f)(u32); };
struct behind { int (*f)(struct in); };
struct nothing { void (*f)(void); };
typedef int (*callback_t)(void *, u32);
typedef int (*other_t)(char *, u32);
struct variadic { int (*f)(u32, ...); };
KEEP(struct same);
KEEP(struct count);
KEEP(struct argument);
KEEP(struct returns);
KEEP(struct behind);
KEEP(struct nothing);
KEEP(callback_t);
KEEP(other_t);
KEEP(struct variadic);
