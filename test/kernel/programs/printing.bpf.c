// SPDX-License-Identifier: Apache-2.0
// What bpf_snprintf makes of each directive, and bpf_snprintf_btf of values of the kernel's types.
#include <linux/if_ether.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include "on-getppid.h"

struct list_head {
	void *next, *prev;
};

#define FORMAT(to, format, ...)                                                                              \
	({                                                                                                   \
		static const char form[] = format;                                                           \
		u64 values[] = { __VA_ARGS__ };                                                              \
		bpf_snprintf(to, sizeof(to), form, values, sizeof(values));                                  \
	})

char integers[64], wide[64], hex[64], padded[64], addresses[128], strings[64], characters[16], cut[8];
char raw[32], null_hash[64];
int cut_length, empty_length, no_arguments;

ON_GETPPID(printing)
{
	u8 bytes[16] = { 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 };
	char text[8] = "text";

	FORMAT(integers, "%d %i %u %ld %lld", -1, -2, 0xffffffffffull, -3, -4);
	FORMAT(wide, "%lu %llu", -1, -1);
	FORMAT(hex, "%x %X %lx %llX", 0x1234abcdefull, 0xabc, -1, 0xdeadbeefcafeull);
	FORMAT(padded, "[%5d|%-5d|%05d|%+d|% d|%8llx|%08x]", 42, 42, -42, 42, 42, 0xabc, 0xabc);
	FORMAT(addresses, "%pi4 %pI4 %pi6 %pI6", (u64)bytes, (u64)bytes, (u64)bytes, (u64)bytes);
	FORMAT(strings, "%s|%6s|%-6s|%pks", (u64)text, (u64)text, (u64)text, (u64)text);
	FORMAT(characters, "%c%c%%%c", 'a', 'b', 'c');
	FORMAT(raw, "%px", 0x1234);
	FORMAT(null_hash, "%p %pK %p", 0, 0, -22);
	cut_length = FORMAT(cut, "%d", 1234567890);
	empty_length = bpf_snprintf(0, 0, "plain", 0, 0);
	no_arguments = bpf_snprintf(cut, 0, "plain", 0, 0);
}

char ip_compact[256], ip_lines[512], ip_nameless[128], ip_zeros[512], ethernet[256], ipv6[256], ipv6_lines[256];
char list_raw[128], list_zero[128], kind[64], number[32], shortened[16], timer[128];
int shortened_length, wrong_flags, wrong_size, no_type, absent_type, null_pointer;

#define SHOW(to, type, at, flags)                                                                            \
	({                                                                                                   \
		struct btf_ptr pointer = { .ptr = at, .type_id = bpf_core_type_id_kernel(type) };            \
		bpf_snprintf_btf(to, sizeof(to), &pointer, sizeof(pointer), flags);                          \
	})

ON_GETPPID(showing)
{
	u8 data[48] = { 0x45, 0, 0, 20, 0, 1, 0, 0, 64, 6 }, empty[48] = {}, name[16] = "abc\x01xyz";
	struct in6_addr address = {};
	struct btf_ptr wrong = { .ptr = data };
	struct list_head list = { (void *)0x1234, 0 };
	u32 type = 3, value = 77;

	data[16] = 9;
	address.s6_addr[0] = 0x20;
	address.s6_addr[15] = 1;
	SHOW(ip_compact, struct iphdr, data, BTF_F_COMPACT);
	SHOW(ip_lines, struct iphdr, data, 0);
	SHOW(ip_nameless, struct iphdr, data, BTF_F_COMPACT | BTF_F_NONAME);
	SHOW(ip_zeros, struct iphdr, empty, BTF_F_ZERO | BTF_F_COMPACT);
	SHOW(ethernet, struct ethhdr, name, BTF_F_COMPACT);
	SHOW(ipv6, struct in6_addr, &address, BTF_F_COMPACT);
	SHOW(ipv6_lines, struct in6_addr, &address, 0);
	SHOW(list_raw, struct list_head, &list, BTF_F_COMPACT | BTF_F_PTR_RAW);
	SHOW(list_zero, struct list_head, empty, BTF_F_COMPACT | BTF_F_ZERO);
	SHOW(kind, enum bpf_map_type, &type, 0);
	SHOW(number, unsigned int, &value, 0);
	SHOW(timer, struct bpf_timer, data, BTF_F_COMPACT);
	shortened_length = SHOW(shortened, struct iphdr, data, BTF_F_COMPACT);
	wrong_flags = SHOW(shortened, struct iphdr, data, 16);
	no_type = bpf_snprintf_btf(shortened, sizeof(shortened), &wrong, sizeof(wrong), 0);
	wrong.type_id = 0x7ffffff;
	absent_type = bpf_snprintf_btf(shortened, sizeof(shortened), &wrong, sizeof(wrong), 0);
	wrong_size = bpf_snprintf_btf(shortened, sizeof(shortened), &wrong, sizeof(wrong) - 8, 0);
	null_pointer = SHOW(shortened, struct iphdr, 0, 0);
}
