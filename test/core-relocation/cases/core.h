// SPDX-License-Identifier: Apache-2.0
// CO-RE questions as clang's builtins ask them, without libbpf's headers.
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;

#define PROGRAM __attribute__((section("socket"), used))
#define RELOCATED __attribute__((preserve_access_index))

/* Keeps a value's instructions. */
#define USE(value) asm volatile("" : : "r"((u64)(value)))

#define BYTE_OFFSET(field) __builtin_preserve_field_info(field, 0)
#define BYTE_SIZE(field) __builtin_preserve_field_info(field, 1)
#define EXISTS(field) __builtin_preserve_field_info(field, 2)
#define SIGNED(field) __builtin_preserve_field_info(field, 3)
#define LSHIFT(field) __builtin_preserve_field_info(field, 4)
#define RSHIFT(field) __builtin_preserve_field_info(field, 5)

/* Everything that can be asked of a field, or of a bitfield. */
#define ASK_ALL(field)                   \
	do {                             \
		USE(BYTE_OFFSET(field)); \
		USE(BYTE_SIZE(field));   \
		USE(EXISTS(field));      \
		USE(SIGNED(field));      \
		USE(LSHIFT(field));      \
		USE(RSHIFT(field));      \
	} while (0)

#define TYPE_ID_LOCAL(type) __builtin_btf_type_id(*(typeof(type) *)0, 0)
#define TYPE_ID_TARGET(type) __builtin_btf_type_id(*(typeof(type) *)0, 1)
#define TYPE_EXISTS(type) __builtin_preserve_type_info(*(typeof(type) *)0, 0)
#define TYPE_SIZE(type) __builtin_preserve_type_info(*(typeof(type) *)0, 1)
#define TYPE_MATCHES(type) __builtin_preserve_type_info(*(typeof(type) *)0, 2)

#define VALUE_EXISTS(type, enumerator) __builtin_preserve_enum_value(*(typeof(type) *)enumerator, 0)
#define VALUE(type, enumerator) __builtin_preserve_enum_value(*(typeof(type) *)enumerator, 1)
