/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks the running kernel what it says of raw programs. Run in a guest.
 *
 *   loader PROGRAMS ANSWERS LOGS|- [CAPABILITIES]
 *
 * PROGRAMS: the length of BTF, and that; how many maps, and five words for each (type, key, value, entries, flags); then
 * for each program four words (type, attach type, instructions, functions), two for each function (start, type), and its
 * instructions, whose references to maps name them by their place. All numbers little endian, of 32 bits. ANSWERS gets a line "errno processed message" (tabs between) for each program, LOGS the
 * whole log at level 2, each behind a line "===". With CAPABILITIES (bits of CAP_SYS_ADMIN …) programs are loaded with no
 * others than these, and without BTF when CAP_BPF is not among them; the maps are made with all.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST_INSTRUCTIONS 65536
#define MOST_MAPS 64
#define MOST_FUNCTIONS 256
#define MOST_BTF 4096
#define LOG_BYTES (16 << 20)

static struct bpf_insn code[MOST_INSTRUCTIONS];
static char log_text[LOG_BYTES];
static int maps[MOST_MAPS];
static struct bpf_func_info functions[MOST_FUNCTIONS];
static int btf;
static int has_btf = 1;

static int bpf(int command, union bpf_attr *attr)
{
	return syscall(__NR_bpf, command, attr, sizeof(*attr));
}

static int read_words(FILE *file, uint32_t *words, int count)
{
	return fread(words, sizeof(*words), count, file) == (size_t)count;
}

static int create_map(const uint32_t *words)
{
	union bpf_attr attr = {
		.map_type = words[0],
		.key_size = words[1],
		.value_size = words[2],
		.max_entries = words[3],
		.map_flags = words[4],
	};

	return bpf(BPF_MAP_CREATE, &attr);
}

static int load_btf(FILE *file)
{
	static char bytes[MOST_BTF];
	uint32_t length;
	union bpf_attr attr = { .btf = (uintptr_t)bytes };

	if (!read_words(file, &length, 1) || length > MOST_BTF || fread(bytes, 1, length, file) != length)
		return -1;
	attr.btf_size = length;
	return bpf(BPF_BTF_LOAD, &attr);
}

static void name_maps(uint32_t count)
{
	for (uint32_t i = 0; i + 1 < count; i++)
		if (code[i].code == (BPF_LD | BPF_IMM | BPF_DW)) {
			if (code[i].src_reg == BPF_PSEUDO_MAP_FD)
				code[i].imm = maps[code[i].imm];
			i++;
		}
}

/* The last line that is no statistic, and how many instructions were walked. */
static void last_words(char *text, char **message, int *processed)
{
	*message = "";
	*processed = 0;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (sscanf(line, "processed %d insns", processed) == 1 || !strncmp(line, "verification time", 17) ||
		    !strncmp(line, "stack depth", 11))
			continue;
		*message = line;
	}
}

static void ask(const uint32_t *words, FILE *answers, FILE *logs)
{
	union bpf_attr attr = {
		.prog_type = words[0],
		.expected_attach_type = words[1],
		.insn_cnt = words[2],
		.insns = (uintptr_t)code,
		.license = (uintptr_t) "GPL",
		.log_buf = (uintptr_t)log_text,
		.log_size = LOG_BYTES,
		.log_level = logs ? 2 | 4 : 4,
		.prog_btf_fd = has_btf ? btf : 0,
		.func_info = (uintptr_t)functions,
		.func_info_cnt = has_btf ? words[3] : 0,
		.func_info_rec_size = sizeof(functions[0]),
	};
	int fd, error, processed;
	char *message;

	log_text[0] = 0;
	fd = bpf(BPF_PROG_LOAD, &attr);
	error = fd < 0 ? errno : 0;
	if (fd >= 0)
		close(fd);
	if (logs)
		fprintf(logs, "===\n%s", log_text);
	last_words(log_text, &message, &processed);
	fprintf(answers, "%d\t%d\t%s\n", error, processed, error ? message : "");
}

static int keep_only(unsigned long long kept)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = {
		{ .effective = (uint32_t)kept, .permitted = (uint32_t)kept },
		{ .effective = (uint32_t)(kept >> 32), .permitted = (uint32_t)(kept >> 32) },
	};

	has_btf = !!(kept & (1ull << CAP_BPF));
	return syscall(__NR_capset, &header, data);
}

int main(int argc, char **argv)
{
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	FILE *programs, *answers, *logs;
	uint32_t words[5], count;

	if (argc != 4 && argc != 5)
		return 1;
	programs = fopen(argv[1], "rb");
	answers = fopen(argv[2], "w");
	logs = strcmp(argv[3], "-") ? fopen(argv[3], "w") : NULL;
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	if (!programs || !answers)
		return 1;
	btf = load_btf(programs);
	if (btf < 0) {
		perror("types");
		return 1;
	}
	if (!read_words(programs, &count, 1) || count > MOST_MAPS)
		return 1;
	for (uint32_t map = 0; map < count; map++) {
		if (!read_words(programs, words, 5))
			return 1;
		maps[map] = create_map(words);
		if (maps[map] < 0) {
			perror("map");
			return 1;
		}
	}
	if (argc == 5 && keep_only(strtoull(argv[4], NULL, 0))) {
		perror("capabilities");
		return 1;
	}
	while (read_words(programs, words, 4)) {
		if (words[3] > MOST_FUNCTIONS || !read_words(programs, (uint32_t *)functions, 2 * words[3]))
			return 1;
		if (words[2] > MOST_INSTRUCTIONS || fread(code, 8, words[2], programs) != words[2])
			return 1;
		name_maps(words[2]);
		ask(words, answers, logs);
		fflush(answers);
	}
	if (logs)
		fclose(logs);
	return 0;
}
