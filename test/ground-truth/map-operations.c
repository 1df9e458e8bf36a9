// SPDX-License-Identifier: Apache-2.0
// Runs in a guest: what bpf(2) answers to map operations from user space, one line each.
//
//   map-operations TYPE KEY_SIZE VALUE_SIZE MAX_ENTRIES FLAGS [OPERATION...]
//
// Operations on 32-bit keys and 64-bit values: "update KEY VALUE FLAGS", "lookup KEY", "delete KEY", "next KEY" and
// "first". The answer is 0 or -errno; lookup and next print what they found behind it.
#include <bpf/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int operate(int fd, const char *text)
{
	unsigned key = 0, next = 0;
	unsigned long long value[64] = {}, number = 0, flags = 0;
	char verb[16] = "";
	int error;

	sscanf(text, "%15s %u %llu %llu", verb, &key, &number, &flags);
	value[0] = number;
	if (strcmp(verb, "update") == 0)
		return printf("%d\n", bpf_map_update_elem(fd, &key, value, flags));
	if (strcmp(verb, "delete") == 0)
		return printf("%d\n", bpf_map_delete_elem(fd, &key));
	if (strcmp(verb, "lookup") == 0) {
		error = bpf_map_lookup_elem(fd, &key, value);
		return error ? printf("%d\n", error) : printf("0 %llu\n", value[0]);
	}
	error = bpf_map_get_next_key(fd, strcmp(verb, "first") == 0 ? NULL : &key, &next);
	return error ? printf("%d\n", error) : printf("0 %u\n", next);
}

int main(int argc, char **argv)
{
	LIBBPF_OPTS(bpf_map_create_opts, options);
	int fd;

	if (argc < 6)
		return 2;
	options.map_flags = strtoul(argv[5], NULL, 0);
	fd = bpf_map_create(atoi(argv[1]), "asked", strtoul(argv[2], NULL, 0), strtoul(argv[3], NULL, 0),
			    strtoul(argv[4], NULL, 0), &options);
	printf("%d\n", fd < 0 ? fd : 0);
	for (int index = 6; fd >= 0 && index < argc; index++)
		operate(fd, argv[index]);
	return 0;
}
