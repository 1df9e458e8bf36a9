// SPDX-License-Identifier: Apache-2.0
#include "target.h"

typedef int (*same_t)(u32, void *);
typedef s64 (*wider_t)(u8, u8);
typedef int (*fewer_t)(u32);
typedef int (*kinds_t)(u32, u64);
typedef int (*returns_t)(u32);
typedef int (*nothing_t)(void);
typedef int bare_t(u64);
typedef int (*callback_t)(long (*)(u64), void *);
typedef int (*other_callback_t)(long (*)(u64, u64), void *);
typedef int (*variadic_t)(u32, ...);
KEEP(same_t);
KEEP(wider_t);
KEEP(fewer_t);
KEEP(kinds_t);
KEEP(returns_t);
KEEP(nothing_t);
KEEP(bare_t);
KEEP(callback_t);
KEEP(other_callback_t);
KEEP(variadic_t);
