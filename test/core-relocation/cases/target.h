// SPDX-License-Identifier: Apache-2.0
// The kernel's side of a case: types only.
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;

// Compilers describe the types that something is made of. */
#define KEEP_AS(type, line) extern typeof(type) *kept_##line; typeof(type) *kept_##line
#define KEEP_ON(type, line) KEEP_AS(type, line)
#define KEEP(type) KEEP_ON(type, __LINE__)
