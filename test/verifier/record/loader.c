/*
 * Asks the running kernel what it says of programs, each loaded alone with libbpf. Run in a guest.
 *
 *   loader LIST ANSWERS LOGS [CAPABILITIES]
 *
 * LIST has a line "object program flags" for each, with "target-object target-program" behind it for one that
 * replaces a function of another program. ANSWERS gets "object program type attach flags errno processed
 * message" (tabs between) for each that reached the kernel, or "object program - reason" for the others. LOGS gets
 * each whole log (level 2) behind a line "=== object program".
 *
 * With CAPABILITIES ("none", or names like "bpf,net_admin") maps are made and the program is loaded with no others
 * of CAP_SYS_ADMIN, CAP_NET_ADMIN, CAP_PERFMON and CAP_BPF; and without BTF when CAP_BPF is not among them, as such a
 * process cannot load any. Maps that such a process may not make are made with all of them, and libbpf asks for
 * features so.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#define LOG_BYTES (16 << 20)
#define KEPT_BYTES (96 << 10)

static char log_text[LOG_BYTES];
static char warning[512];

static const struct {
	const char *name;
	int number;
} CAPABILITIES[] = {
	{ "sys_admin", CAP_SYS_ADMIN },
	{ "net_admin", CAP_NET_ADMIN },
	{ "perfmon", CAP_PERFMON },
	{ "bpf", CAP_BPF },
};

/* Bits of those that programs are loaded without. */
static unsigned long long dropped;

/* What the kernel said to the program itself: whatever libbpf does behind that does not count. */
static int was_asked, answer;
static int is_loading;

long __real_syscall(long number, ...);

static void set_effective(unsigned long long without)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	if (__real_syscall(SYS_capget, &header, data))
		exit(2);
	data[0].effective = data[0].permitted & ~(unsigned int)without;
	data[1].effective = data[1].permitted & ~(unsigned int)(without >> 32);
	if (__real_syscall(SYS_capset, &header, data))
		exit(2);
}

static long load_limited(union bpf_attr *attr, long size)
{
	long result;

	if (dropped & (1ull << CAP_BPF)) {
		attr->prog_btf_fd = 0;
		attr->func_info_cnt = 0;
		attr->line_info_cnt = 0;
		attr->core_relo_cnt = 0;
	}
	set_effective(dropped);
	result = __real_syscall(SYS_bpf, BPF_PROG_LOAD, attr, size);
	was_asked = 1;
	answer = result < 0 ? -errno : 0;
	set_effective(0);
	errno = -answer;
	return result;
}

static long create_limited(const union bpf_attr *attr, long size)
{
	union bpf_attr plain = *attr;
	long result;

	if (dropped & (1ull << CAP_BPF)) {
		plain.btf_fd = 0;
		plain.btf_key_type_id = 0;
		plain.btf_value_type_id = 0;
	}
	set_effective(dropped);
	result = __real_syscall(SYS_bpf, BPF_MAP_CREATE, &plain, size);
	set_effective(0);
	return result < 0 ? __real_syscall(SYS_bpf, BPF_MAP_CREATE, attr, size) : result;
}

/* Every call of libbpf passes here (the linker's --wrap): loads of the wanted program have our log. */
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	union bpf_attr *attr = (union bpf_attr *)b;

	if (number == SYS_bpf && a == BPF_PROG_LOAD && attr->log_buf == (unsigned long)log_text)
		return load_limited(attr, c);
	if (number == SYS_bpf && a == BPF_MAP_CREATE && is_loading && dropped && c <= (long)sizeof(*attr))
		return create_limited(attr, c);
	return __real_syscall(number, a, b, c, d, e, f);
}

static void keep_only(const char *names)
{
	unsigned int i;

	for (i = 0; i < sizeof(CAPABILITIES) / sizeof(CAPABILITIES[0]); i++)
		if (!strstr(names, CAPABILITIES[i].name))
			dropped |= 1ull << CAPABILITIES[i].number;
}

static int keep_first_warning(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level == LIBBPF_WARN && !warning[0])
		vsnprintf(warning, sizeof(warning), format, args);
	return 0;
}

static int is_statistics(const char *line)
{
	return !strncmp(line, "processed ", 10) || !strncmp(line, "verification time", 17) ||
	       !strncmp(line, "stack depth", 11) || !*line;
}

/* Cuts the log into lines from its end: the last one that is not a statistic is why. */
static void last_words(char *text, char *message, size_t size, int *processed)
{
	*processed = 0;
	message[0] = 0;
	for (;;) {
		char *end = strrchr(text, '\n');
		char *line;

		if (end && !end[1]) {
			*end = 0;
			continue;
		}
		line = end ? end + 1 : text;
		sscanf(line, "processed %d insns", processed);
		if (!is_statistics(line)) {
			snprintf(message, size, "%s", line);
			return;
		}
		if (!end)
			return;
		*end = 0;
	}
}

/* The program that one of type ext is to replace a function of. */
static int load_target(const char *path, const char *name, struct bpf_object **object)
{
	struct bpf_program *program, *wanted;

	*object = bpf_object__open(path);
	wanted = *object ? bpf_object__find_program_by_name(*object, name) : NULL;
	if (!wanted)
		return -1;
	bpf_object__for_each_program(program, *object)
		bpf_program__set_autoload(program, program == wanted);
	return bpf_object__load(*object) ? -1 : bpf_program__fd(wanted);
}

static void load_one(const char *path, const char *name, int flags, const char *target_path,
		     const char *target_name, FILE *answers, FILE *logs)
{
	struct bpf_object *object = bpf_object__open(path), *target = NULL;
	struct bpf_program *program, *wanted;
	char message[1024];
	int error, processed;
	size_t length;

	if (!object) {
		fprintf(answers, "%s\t%s\t-\tnot opened: %s", path, name, warning);
		return;
	}
	wanted = bpf_object__find_program_by_name(object, name);
	bpf_object__for_each_program(program, object)
		bpf_program__set_autoload(program, program == wanted);
	if (target_path) {
		int fd = load_target(target_path, target_name, &target);

		if (fd < 0 || bpf_program__set_attach_target(wanted, fd, NULL)) {
			fprintf(answers, "%s\t%s\t-\tits target was not loaded\n", path, name);
			goto out;
		}
	}
	bpf_program__set_flags(wanted, flags | bpf_program__flags(wanted));
	bpf_program__set_log_buf(wanted, log_text, LOG_BYTES);
	bpf_program__set_log_level(wanted, 2 | 4);
	log_text[0] = 0;
	was_asked = 0;
	is_loading = 1;
	error = bpf_object__load(object);
	is_loading = 0;
	if (was_asked)
		error = answer;
	if (!log_text[0]) {
		fprintf(answers, "%s\t%s\t-\t%d %s", path, name, error, warning[0] ? warning : "no log");
		if (!warning[0] || warning[strlen(warning) - 1] != '\n')
			fprintf(answers, "\n");
		goto out;
	}
	length = strlen(log_text);
	fprintf(logs, "=== %s %s\n", path, name);
	if (length > KEPT_BYTES)
		fprintf(logs, "(cut)\n");
	fwrite(log_text + (length > KEPT_BYTES ? length - KEPT_BYTES : 0), 1,
	       length > KEPT_BYTES ? KEPT_BYTES : length, logs);
	fprintf(logs, "\n");
	last_words(log_text, message, sizeof(message), &processed);
	fprintf(answers, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%s\n", path, name, bpf_program__type(wanted),
		bpf_program__expected_attach_type(wanted), bpf_program__flags(wanted), error, processed,
		error ? message : "");
out:
	bpf_object__close(object);
	bpf_object__close(target);
}

int main(int argc, char **argv)
{
	FILE *list = fopen(argv[1], "r"), *answers = fopen(argv[2], "w"), *logs = fopen(argv[3], "w");
	char line[1024], path[256], name[256], target_path[256], target_name[256];
	int flags, words;

	if (argc < 4 || !list || !answers || !logs)
		return 1;
	if (argc > 4)
		keep_only(argv[4]);
	libbpf_set_print(keep_first_warning);
	while (fgets(line, sizeof(line), list)) {
		words = sscanf(line, "%255s %255s %d %255s %255s", path, name, &flags, target_path, target_name);
		warning[0] = 0;
		load_one(path, name, flags, words == 5 ? target_path : NULL, target_name, answers, logs);
		fflush(answers);
		fflush(logs);
	}
	return 0;
}
