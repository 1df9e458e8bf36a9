// SPDX-License-Identifier: Apache-2.0
// Runs in a guest: what bpf(2) answers to map commands from user space, one line for each line of standard input.
// map-runs/README.md explains the words; the answer is 0 or -errno, and what was found behind it.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAX_MAPS = 512, MAX_WORDS = 10, MAX_BATCH = 16, ROOM = 1 << 16, CPUS = 2 };

struct made {
	int fd;
	unsigned type, key_size, value_size, id;
};

static struct made maps[MAX_MAPS], *map;
static int made_count, btf_fd;
static unsigned char token[ROOM];

/* Ids of the BTF object: int, u32, u64, bpf_spin_lock, locked, trie_key, cgroup_key, short. */
static void load_btf(void)
{
	struct btf *btf = btf__new_empty();
	int u32, u64, lock;

	btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	u32 = btf__add_int(btf, "unsigned int", 4, 0);
	u64 = btf__add_int(btf, "unsigned long", 8, 0);
	lock = btf__add_struct(btf, "bpf_spin_lock", 4);
	btf__add_field(btf, "val", u32, 0, 0);
	btf__add_struct(btf, "locked", 16);
	btf__add_field(btf, "lock", lock, 0, 0);
	btf__add_field(btf, "value", u64, 64, 0);
	btf__add_struct(btf, "trie_key", 8);
	btf__add_field(btf, "prefixlen", u32, 0, 0);
	btf__add_field(btf, "data", u32, 32, 0);
	btf__add_struct(btf, "cgroup_key", 16);
	btf__add_field(btf, "cgroup_inode_id", u64, 0, 0);
	btf__add_field(btf, "attach_type", u32, 64, 0);
	btf__add_int(btf, "short", 2, BTF_INT_SIGNED);
	if (btf__load_into_kernel(btf))
		perror("btf");
	btf_fd = btf__fd(btf);
}

static unsigned long option(char **words, const char *name, unsigned long otherwise)
{
	size_t length = strlen(name);

	for (; *words; words++)
		if (strncmp(*words, name, length) == 0 && (*words)[length] == '=')
			return strtoul(*words + length + 1, NULL, 0);
	return otherwise;
}

static int answer(int error)
{
	printf("%d", error);
	return error;
}

static void create(char **words)
{
	LIBBPF_OPTS(bpf_map_create_opts, options);
	struct made *next = &maps[made_count++];
	struct bpf_map_info info = {};
	unsigned size = sizeof(info);
	unsigned long inner = option(words, "inner", -1);

	next->type = strtoul(words[1], NULL, 0);
	next->key_size = strtoul(words[2], NULL, 0);
	next->value_size = strtoul(words[3], NULL, 0);
	options.map_flags = strtoul(words[5], NULL, 0);
	options.map_extra = option(words, "extra", 0);
	options.numa_node = option(words, "numa", 0);
	options.map_ifindex = option(words, "device", 0);
	options.btf_key_type_id = option(words, "key", 0);
	options.btf_value_type_id = option(words, "value", 0);
	options.btf_vmlinux_value_type_id = option(words, "vmlinux", 0);
	if (options.btf_key_type_id || options.btf_value_type_id || options.btf_vmlinux_value_type_id)
		options.btf_fd = option(words, "btf", btf_fd);
	if (inner != (unsigned long)-1)
		options.inner_map_fd = inner < MAX_MAPS ? maps[inner].fd : inner;
	next->fd = bpf_map_create(next->type, "asked", next->key_size, next->value_size, strtoul(words[4], NULL, 0),
				  &options);
	answer(next->fd < 0 ? next->fd : 0);
	if (next->fd < 0)
		return;
	map = next;
	if (bpf_obj_get_info_by_fd(map->fd, &info, &size) == 0)
		map->id = info.id;
}

static int is_per_cpu(void)
{
	return map->type == BPF_MAP_TYPE_PERCPU_ARRAY || map->type == BPF_MAP_TYPE_PERCPU_HASH ||
	       map->type == BPF_MAP_TYPE_LRU_PERCPU_HASH || map->type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;
}

static unsigned stride(void)
{
	return is_per_cpu() ? (map->value_size + 7) / 8 * 8 : map->value_size;
}

static unsigned user_value_size(void)
{
	return is_per_cpu() ? stride() * CPUS : stride();
}

static int socket_of(int type, int connected)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, type, 0), peer;

	if (!connected)
		return fd;
	bind(fd, (struct sockaddr *)&address, size);
	getsockname(fd, (struct sockaddr *)&address, &size);
	if (type == SOCK_DGRAM) {
		connect(fd, (struct sockaddr *)&address, size);
		return fd;
	}
	listen(fd, 4);
	peer = socket(AF_INET, type, 0);
	connect(peer, (struct sockaddr *)&address, size);
	return peer;
}

static int load_filter(void)
{
	struct bpf_insn insns[] = { { .code = 0xb7 }, { .code = 0x95 } };

	return bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "filter", "GPL", insns, 2, NULL);
}

static int open_event(unsigned long config)
{
	struct perf_event_attr attributes = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attributes),
		.config = config,
		.sample_type = PERF_SAMPLE_RAW,
		.sample_period = 1,
	};

	return syscall(SYS_perf_event_open, &attributes, -1, 0, -1, 0);
}

/* A descriptor by what it is of; it stays open until the run ends, the same word gives the same one. */
static int descriptor(const char *word)
{
	static struct {
		char name[16];
		int fd;
	} named[32];
	int fd = -1, at = 0;

	if (strncmp(word, "map:", 4) == 0)
		return maps[atoi(word + 4)].fd;
	for (; named[at].name[0]; at++)
		if (strcmp(named[at].name, word) == 0)
			return named[at].fd;
	if (strcmp(word, "file") == 0)
		fd = open("/guest/run", O_RDONLY);
	else if (strcmp(word, "cgroup") == 0)
		fd = open("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY);
	else if (strcmp(word, "process") == 0)
		fd = syscall(SYS_pidfd_open, getpid(), 0);
	else if (strcmp(word, "udp") == 0)
		fd = socket_of(SOCK_DGRAM, 0);
	else if (strcmp(word, "udp-bound") == 0)
		fd = socket_of(SOCK_DGRAM, 1);
	else if (strcmp(word, "tcp") == 0)
		fd = socket_of(SOCK_STREAM, 0);
	else if (strcmp(word, "tcp-connected") == 0)
		fd = socket_of(SOCK_STREAM, 1);
	else if (strcmp(word, "program") == 0)
		fd = load_filter();
	else if (strcmp(word, "output-event") == 0)
		fd = open_event(PERF_COUNT_SW_BPF_OUTPUT);
	else if (strcmp(word, "clock-event") == 0)
		fd = open_event(PERF_COUNT_SW_CPU_CLOCK);
	else
		fprintf(stderr, "unknown word %s\n", word);
	if (fd < 0)
		fprintf(stderr, "no descriptor for %s\n", word);
	strncpy(named[at].name, word, sizeof(named[at].name) - 1);
	named[at].fd = fd;
	return fd;
}

/* A number (little-endian), "x" and bytes in hexadecimal, or a descriptor's word; NULL for "null". */
static void *bytes_of(const char *word, unsigned char *buffer, unsigned size)
{
	unsigned long long number;

	memset(buffer, 0, size > 16 ? size : 16);
	if (strcmp(word, "null") == 0)
		return NULL;
	if (word[0] == 'x') {
		for (int at = 0; word[1 + 2 * at]; at++)
			sscanf(word + 1 + 2 * at, "%2hhx", buffer + at);
		return buffer;
	}
	number = strchr("-0123456789", word[0]) ? strtoull(word, NULL, 0) :
								       (unsigned)descriptor(word);
	memcpy(buffer, &number, size < 8 ? size : 8);
	return buffer;
}

/* Values of all CPUs are given as "1/2". */
static void *value_of(char *word, unsigned char *buffer)
{
	char *next;

	if (!is_per_cpu())
		return bytes_of(word, buffer, map->value_size);
	memset(buffer, 0, user_value_size());
	for (int cpu = 0; word; cpu++, word = next) {
		next = strchr(word, '/');
		if (next)
			*next++ = 0;
		if (!bytes_of(word, buffer + cpu * stride(), stride()))
			return NULL;
	}
	return buffer;
}

static void print_bytes(const unsigned char *bytes, unsigned size)
{
	unsigned long long number = 0;

	if (size <= 8) {
		memcpy(&number, bytes, size);
		printf("%llu", number);
		return;
	}
	printf("x");
	for (unsigned at = 0; at < size; at++)
		printf("%02x", bytes[at]);
}

static void print_value(const unsigned char *value)
{
	unsigned id;

	memcpy(&id, value, sizeof(id));
	if (map->type == BPF_MAP_TYPE_ARRAY_OF_MAPS || map->type == BPF_MAP_TYPE_HASH_OF_MAPS)
		for (int at = 0; at < made_count; at++)
			if (maps[at].fd >= 0 && maps[at].id == id) {
				printf("map:%d", at);
				return;
			}
	if (map->type == BPF_MAP_TYPE_PROG_ARRAY) {
		printf("program");
		return;
	}
	for (int cpu = 0; cpu < (is_per_cpu() ? CPUS : 1); cpu++) {
		printf("%s", cpu ? "/" : "");
		print_bytes(value + cpu * stride(), map->value_size);
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Hash tables have no order: what was found is sorted as text, each element by itself. */
static void print_sorted(unsigned char *keys, unsigned char *values, unsigned count)
{
	char *text = NULL, items[MAX_BATCH][256] = {};
	FILE *screen = stdout;
	size_t length;

	for (unsigned at = 0; at < count && at < MAX_BATCH; at++) {
		stdout = open_memstream(&text, &length);
		print_bytes(keys + at * map->key_size, map->key_size);
		if (values) {
			printf("=");
			print_value(values + at * user_value_size());
		}
		fclose(stdout);
		stdout = screen;
		snprintf(items[at], sizeof(items[at]), "%s", text);
		free(text);
	}
	qsort(items, count < MAX_BATCH ? count : MAX_BATCH, sizeof(items[0]), by_text);
	for (unsigned at = 0; at < count && at < MAX_BATCH; at++)
		printf(" %s", items[at]);
}

static void walk(void)
{
	static unsigned char keys[ROOM];
	unsigned count = 0;
	void *previous = NULL;
	int error;

	while ((error = bpf_map_get_next_key(map->fd, previous, keys + count * map->key_size)) == 0) {
		previous = keys + count++ * map->key_size;
		if (count == MAX_BATCH)
			break;
	}
	answer(error);
	print_sorted(keys, NULL, count);
}

/* batch-lookup COUNT [start|on] [FLAGS], the same for batch-take. */
static void read_batch(char **words, int takes)
{
	static unsigned char keys[ROOM], values[ROOM];
	LIBBPF_OPTS(bpf_map_batch_opts, options);
	unsigned count = strtoul(words[1], NULL, 0);
	void *in = words[2] && strcmp(words[2], "on") == 0 ? token : NULL;
	int error;

	options.elem_flags = words[2] && words[3] ? strtoull(words[3], NULL, 0) : 0;
	error = answer(takes ? bpf_map_lookup_and_delete_batch(map->fd, in, token, keys, values, &count, &options) :
			       bpf_map_lookup_batch(map->fd, in, token, keys, values, &count, &options));
	printf(" %u", count);
	if (error == 0 || error == -ENOENT)
		print_sorted(keys, values, count);
}

/* batch-update FLAGS KEY=VALUE..., batch-delete FLAGS KEY... */
static void write_batch(char **words, int deletes)
{
	static unsigned char keys[ROOM], values[ROOM];
	LIBBPF_OPTS(bpf_map_batch_opts, options);
	unsigned count = 0;

	options.elem_flags = strtoull(words[1], NULL, 0);
	for (words += 2; *words; words++, count++) {
		char *value = strchr(*words, '=');

		if (value)
			*value++ = 0;
		bytes_of(*words, keys + count * map->key_size, map->key_size);
		if (value)
			value_of(value, values + count * user_value_size());
	}
	answer(deletes ? bpf_map_delete_batch(map->fd, keys, &count, &options) :
			 bpf_map_update_batch(map->fd, keys, values, &count, &options));
	printf(" %u", count);
}

static void info(void)
{
	struct bpf_map_info info = {};
	unsigned size = sizeof(info);

	if (answer(bpf_obj_get_info_by_fd(map->fd, &info, &size)) == 0)
		printf(" key=%u value=%u entries=%u flags=%u extra=%llu", info.key_size, info.value_size,
		       info.max_entries, info.map_flags, (unsigned long long)info.map_extra);
}

static void operate(char **words)
{
	static unsigned char key[ROOM], value[ROOM], next[ROOM];
	const char *verb = words[0];
	void *at = words[1] && verb[0] != 'c' && verb[0] != 'b' ? bytes_of(words[1], key, map->key_size) : NULL;
	const char *flags = strcmp(verb, "update") == 0 ? (words[2] ? words[3] : NULL) : (words[1] ? words[2] : NULL);
	unsigned long long number = flags ? strtoull(flags, NULL, 0) : 0;
	int takes = strcmp(verb, "take") == 0;

	memset(value, 0, sizeof(value));
	if (strcmp(verb, "update") == 0)
		answer(bpf_map_update_elem(map->fd, at, value_of(words[2], value), number));
	else if (strcmp(verb, "delete") == 0)
		answer(bpf_map_delete_elem(map->fd, at));
	else if (strcmp(verb, "has") == 0) /* The value goes in, as a bloom filter has it. */
		answer(bpf_map_lookup_elem(map->fd, NULL, bytes_of(words[1], value, map->value_size)));
	else if (strcmp(verb, "lookup") == 0 || takes) {
		if (answer(takes ? bpf_map_lookup_and_delete_elem_flags(map->fd, at, value, number) :
				   bpf_map_lookup_elem_flags(map->fd, at, value, number)) == 0) {
			printf(" ");
			print_value(value);
		}
	} else if (strcmp(verb, "first") == 0 || strcmp(verb, "next") == 0) {
		if (answer(bpf_map_get_next_key(map->fd, at, next)) == 0) {
			printf(" ");
			print_bytes(next, map->key_size);
		}
	} else if (strcmp(verb, "walk") == 0)
		walk();
	else if (strcmp(verb, "freeze") == 0)
		answer(bpf_map_freeze(map->fd));
	else if (strcmp(verb, "info") == 0)
		info();
	else if (strcmp(verb, "batch-lookup") == 0)
		read_batch(words, 0);
	else if (strcmp(verb, "batch-take") == 0)
		read_batch(words, 1);
	else if (strcmp(verb, "batch-update") == 0)
		write_batch(words, 0);
	else if (strcmp(verb, "batch-delete") == 0)
		write_batch(words, 1);
	else
		printf("unknown");
}

static void forget_maps(void)
{
	for (int at = 0; at < made_count; at++)
		if (maps[at].fd >= 0)
			close(maps[at].fd);
	made_count = 0;
	map = NULL;
}

int main(void)
{
	char line[512];

	load_btf();
	while (fgets(line, sizeof(line), stdin)) {
		char *words[MAX_WORDS + 1] = {};
		int count = 0;

		for (char *word = strtok(line, " \n"); word && count < MAX_WORDS; word = strtok(NULL, " \n"))
			words[count++] = word;
		if (count == 0)
			continue;
		if (strcmp(words[0], "run") == 0) {
			forget_maps();
			printf("run");
		} else if (strcmp(words[0], "create") == 0)
			create(words);
		else if (strcmp(words[0], "use") == 0)
			map = &maps[atoi(words[1])], printf("0");
		else if (!map)
			printf("no map");
		else
			operate(words);
		printf("\n");
		fflush(stdout);
	}
	return 0;
}
