/* SPDX-License-Identifier: Apache-2.0 */
#include "programs.h"

#define SCRATCH (memory + FILLED_BYTES)

PROGRAM(sieve)
{
	u8 *composite = SCRATCH;
	u64 primes = 0;

	for (u32 i = 0; i < 8192; i++)
		composite[i] = 0;
	for (u32 i = 2; i < 8192; i++) {
		if (composite[i])
			continue;
		primes += i;
		for (u32 j = i + i; j < 8192; j += i)
			composite[j] = 1;
	}
	return primes;
}

PROGRAM(fibonacci)
{
	u64 a = 0, b = 1;

	for (u32 i = 0; i < 10000; i++) {
		u64 next = a + b;

		a = b;
		b = next ^ (next >> 61);
	}
	return a + memory[0];
}

/* Five functions deep: what recursion is where eight frames are all there is. */
FUNCTION u64 leaf(u64 n)
{
	return n * 2654435761u + (n >> 7);
}

FUNCTION u64 third(u64 n)
{
	return n & 1 ? leaf(n) + leaf(n + 1) : leaf(n) ^ leaf(n + 2);
}

FUNCTION u64 second(u64 n)
{
	return third(n) + third(n + 3);
}

FUNCTION u64 first(u64 n)
{
	return second(n) ^ second(n + 5);
}

PROGRAM(calls)
{
	u64 sum = memory[0];

	for (u32 i = 0; i < 200; i++)
		sum += first(i ^ sum);
	return sum;
}

/* strcmp of strings that are equal but for one in eight, four rounds of 128. */
PROGRAM(strings)
{
	u8 *copies = SCRATCH;
	u64 equal = 0;

	for (u32 i = 0; i < 1024; i++)
		copies[i] = i % 31 + 1;
	for (u32 i = 31; i < 1024; i += 32)
		copies[i] = 0;
	for (u32 i = 0; i < 512; i++) {
		const u8 *a = copies + (i & 31) * 32, *b = copies + (i & 7 ? i & 31 : 31 - (i & 31)) * 32;

		while (*a && *a == *b)
			a++, b++;
		equal = equal * 3 + (*a - *b) + (a - copies);
	}
	return equal;
}

PROGRAM(fnv)
{
	u32 hash = 0x811c9dc5;

	for (u32 i = 0; i < 16384; i++)
		hash = (hash ^ memory[i]) * 0x01000193;
	return hash;
}

INLINE u32 rotate(u32 value, u32 bits)
{
	return value << bits | value >> (32 - bits);
}

PROGRAM(mix)
{
	const u32 *words = (const u32 *)memory;
	u32 a = 0xdeadbeef, b = 0xcafef00d, c = 0x12345678;

	for (u32 i = 0; i + 3 <= 8190; i += 3) {
		a += words[i];
		b += words[i + 1];
		c += words[i + 2];
		a = (a - c) ^ rotate(c, 4);
		c += b;
		b = (b - a) ^ rotate(a, 6);
		a += c;
		c = (c - b) ^ rotate(b, 8);
		b += a;
	}
	return (u64)a << 32 | (b ^ c);
}

struct ethernet {
	u8 to[6], from[6];
	u16 type;
} __attribute__((packed));

struct internet {
	u8 version, service;
	u16 length, id, fragment;
	u8 hops, protocol;
	u16 sum;
	u32 source, destination;
};

struct ports {
	u16 source, destination;
};

/* What a small XDP program does to one packet: bounds, headers, a VLAN tag, addresses, ports. */
INLINE u64 parse(const u8 *data, const u8 *end)
{
	const struct ethernet *ethernet = (const void *)data;
	const u8 *next = data + sizeof(*ethernet);
	u16 type;

	if (next > end)
		return 0;
	type = ethernet->type;
	if (type == 0x0081) {
		if (next + 4 > end)
			return 0;
		type = *(const u16 *)(next + 2);
		next += 4;
	}
	if (type != 0x0008)
		return 1;
	const struct internet *internet = (const void *)next;

	if (next + sizeof(*internet) > end)
		return 0;
	u32 length = (internet->version & 0x0f) * 4;

	if (length < sizeof(*internet) || next + length > end || (internet->fragment & 0xff1f))
		return 2;
	u64 key = (u64)internet->source << 32 | internet->destination;

	if (internet->protocol != 6 && internet->protocol != 17)
		return key;
	const struct ports *ports = (const void *)(next + length);

	if (next + length + sizeof(*ports) > end)
		return 0;
	return key ^ ((u64)ports->source << 16 | ports->destination) ^ internet->protocol;
}

PROGRAM(xdp)
{
	u64 sum = 0;

	for (u32 i = 0; i < 256; i++) {
		u8 *packet = memory + i * 64;

		packet[12] = i & 7 ? 0x08 : 0x81;
		packet[13] = 0x00;
		packet[14] = 0x45;
		packet[20] = packet[21] = 0;
		packet[23] = i & 3 ? 6 : 17;
		sum = sum * 31 + parse(packet, packet + 64);
	}
	return sum;
}

/* Packets of 64 bytes: the checksum of the header with its options, then of a datagram with its addresses. */
PROGRAM(checksum)
{
	u64 total = 0;

	for (u32 packet = 0; packet < 256; packet++) {
		const u8 *start = memory + packet * 64;
		const struct internet *internet = (const void *)(start + sizeof(struct ethernet));
		u32 length = 20 + (internet->version & 3) * 4, bytes = 8 + (internet->service & 6), sum = 0;
		const u16 *words = (const u16 *)internet;

		for (u32 i = 0; i < length / 2; i++)
			sum += words[i];
		sum = (sum & 0xffff) + (sum >> 16);
		if ((u16)~sum == internet->sum)
			continue;
		total = total * 31 + (u16)~sum;
		sum = internet->source + (internet->source >> 16) + internet->destination + internet->protocol;
		words += length / 2;
		for (u32 i = 0; i < bytes / 2; i++)
			sum += words[i];
		while (sum >> 16)
			sum = (sum & 0xffff) + (sum >> 16);
		total += (u16)~sum;
	}
	return total;
}

struct rule {
	u32 source, mask, destination, ports;
};

PROGRAM(classify)
{
	const struct rule *rules = (const void *)(memory + 4096);
	u64 result = 0;

	for (u32 packet = 0; packet < 64; packet++) {
		const u32 *fields = (const u32 *)(memory + packet * 16);
		u32 found = 255;

		for (u32 i = 0; i < 64; i++) {
			const struct rule *rule = &rules[i];
			u32 mask = rule->mask & 0x07;

			if ((fields[0] & mask) != (rule->source & mask))
				continue;
			if ((fields[1] & 3) != (rule->destination & 3) && (rule->ports & 1))
				continue;
			if ((u16)fields[2] < (u16)rule->ports) {
				found = i;
				break;
			}
		}
		result = result * 33 + found;
	}
	return result;
}

/* Tricks that no machine has one instruction for: interleaving, Gray codes, parity by folding, a xorshift. */
PROGRAM(bits)
{
	const u64 *words = (const u64 *)memory;
	u64 sum = 0;

	for (u32 i = 0; i < 1024; i++) {
		u64 x = words[i], gray = x ^ x >> 1, parity = gray;

		x &= 0xffffffff;
		x = (x | x << 16) & 0x0000ffff0000ffffull;
		x = (x | x << 8) & 0x00ff00ff00ff00ffull;
		x = (x | x << 4) & 0x0f0f0f0f0f0f0f0full;
		parity ^= parity >> 32;
		parity ^= parity >> 16;
		parity ^= parity >> 8;
		gray ^= gray << 13;
		gray ^= gray >> 7;
		sum = (sum ^ x) + (gray & -(parity & 1));
	}
	return sum;
}

INLINE u32 big(const u8 *bytes)
{
	return (u32)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

/* The rounds of FIPS 180-4 with constants of their own. */
PROGRAM(sha256)
{
	u32 *constants = (u32 *)SCRATCH, *schedule = constants + 64;
	u32 state[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
			 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

	for (u32 i = 0; i < 64; i++)
		constants[i] = (i + 1) * 0x9e3779b9u ^ i << 19;
	for (u32 block = 0; block < 16; block++) {
		u32 a = state[0], b = state[1], c = state[2], d = state[3];
		u32 e = state[4], f = state[5], g = state[6], h = state[7];

		for (u32 i = 0; i < 16; i++)
			schedule[i] = big(memory + block * 64 + i * 4);
		for (u32 i = 16; i < 64; i++) {
			u32 x = schedule[i - 15], y = schedule[i - 2];
			u32 s0 = rotate(x, 25) ^ rotate(x, 14) ^ x >> 3;
			u32 s1 = rotate(y, 15) ^ rotate(y, 13) ^ y >> 10;

			schedule[i] = schedule[i - 16] + s0 + schedule[i - 7] + s1;
		}
		for (u32 i = 0; i < 64; i++) {
			u32 s1 = rotate(e, 26) ^ rotate(e, 21) ^ rotate(e, 7);
			u32 s0 = rotate(a, 30) ^ rotate(a, 19) ^ rotate(a, 10);
			u32 t1 = h + s1 + ((e & f) ^ (~e & g)) + constants[i] + schedule[i];
			u32 t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));

			h = g;
			g = f;
			f = e;
			e = d + t1;
			d = c;
			c = b;
			b = a;
			a = t1 + t2;
		}
		state[0] += a;
		state[1] += b;
		state[2] += c;
		state[3] += d;
		state[4] += e;
		state[5] += f;
		state[6] += g;
		state[7] += h;
	}
	return (u64)state[0] << 32 | state[7];
}

PROGRAM(quicksort)
{
	const u32 *from = (const u32 *)memory;
	u32 *values = (u32 *)SCRATCH, *stack = values + 1024;
	u32 depth = 0;
	u64 sum = 0;

	for (u32 i = 0; i < 1024; i++)
		values[i] = from[i];
	stack[depth++] = 0;
	stack[depth++] = 1023;
	while (depth) {
		s32 high = stack[--depth], low = stack[--depth];
		s32 i = low - 1;

		if (low >= high)
			continue;
		u32 pivot = values[(low + high) / 2];

		values[(low + high) / 2] = values[high];
		values[high] = pivot;
		for (s32 j = low; j < high; j++) {
			if (values[j] > pivot)
				continue;
			i++;
			u32 other = values[i];

			values[i] = values[j];
			values[j] = other;
		}
		i++;
		values[high] = values[i];
		values[i] = pivot;
		stack[depth++] = low;
		stack[depth++] = i - 1;
		stack[depth++] = i + 1;
		stack[depth++] = high;
	}
	for (u32 i = 0; i < 1024; i++)
		sum = sum * 31 + values[i];
	return sum;
}

PROGRAM(matrix)
{
	const s32 *a = (const s32 *)memory, *b = a + 32 * 32;
	s32 *c = (s32 *)SCRATCH;
	u64 sum = 0;

	for (u32 row = 0; row < 32; row++)
		for (u32 column = 0; column < 32; column++) {
			s32 total = 0;

			for (u32 i = 0; i < 32; i++)
				total += a[row * 32 + i] * b[i * 32 + column];
			c[row * 32 + column] = total;
		}
	for (u32 i = 0; i < 32 * 32; i++)
		sum += (u32)c[i];
	return sum;
}

PROGRAM(division)
{
	const s64 *values = (const s64 *)memory;
	s64 sum = 0;

	for (u32 i = 0; i + 1 < 1024; i++) {
		s64 divisor = (s32)values[i + 1] | 1;

		sum += values[i] / divisor + values[i] % (divisor >> 3 | 1);
	}
	return sum;
}
