/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The maps of counters.c for other machines: as in a kernel one lookup serves maps of all sizes, so keys and values have
 * sizes that are known at run time only.
 */
struct map {
	u32 key_size, value_size, entries, used;
	u32 *buckets;
	u8 *elements;
};

static u32 flow_buckets[FLOWS];
static u8 flow_elements[FLOWS * 32];
static struct map flow_map = { sizeof(u64), sizeof(u64), FLOWS, 0, flow_buckets, flow_elements };
static u64 values[SIZES];

/* An element: the number of the next one plus 1, the hash, the key, the value. */
INLINE u8 *element(struct map *map, u32 number)
{
	return map->elements + (number - 1) * (8 + map->key_size + map->value_size);
}

INLINE u32 hash(struct map *map, const u8 *key)
{
	u32 mixed = map->key_size;

	for (u32 at = 0; at < map->key_size; at += 4) {
		mixed = (mixed ^ *(const u32 *)(key + at)) * 0x9e3779b1;
		mixed ^= mixed >> 15;
	}
	return mixed;
}

INLINE int same(const u8 *a, const u8 *b, u32 size)
{
	for (u32 at = 0; at < size; at += 4)
		if (*(const u32 *)(a + at) != *(const u32 *)(b + at))
			return 0;
	return 1;
}

__attribute__((noinline)) static void *lookup(struct map *map, const void *key)
{
	u32 mixed = hash(map, key);

	for (u32 number = map->buckets[mixed & (map->entries - 1)]; number; number = *(u32 *)element(map, number)) {
		u8 *at = element(map, number);

		if (((u32 *)at)[1] == mixed && same(at + 8, key, map->key_size))
			return at + 8 + map->key_size;
	}
	return 0;
}

__attribute__((noinline)) static void add(struct map *map, const void *key, const void *value)
{
	u32 mixed = hash(map, key), *bucket = &map->buckets[mixed & (map->entries - 1)], number = ++map->used;
	u8 *at = element(map, number);

	((u32 *)at)[0] = *bucket;
	((u32 *)at)[1] = mixed;
	for (u32 i = 0; i < map->key_size; i++)
		at[8 + i] = ((const u8 *)key)[i];
	for (u32 i = 0; i < map->value_size; i++)
		at[8 + map->key_size + i] = ((const u8 *)value)[i];
	*bucket = number;
}

#define find_flow(key) ((u64 *)lookup(&flow_map, key))
#define add_flow(key, value) add(&flow_map, key, value)
#define find_size(index) (*(index) < SIZES ? &values[*(index)] : 0)
