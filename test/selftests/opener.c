/*
 * Opens BPF objects with libbpf and tells what it made of them, one JSON line each. Opening reads the file only:
 * nothing is loaded, no bpf(2) call is made.
 *
 *   opener OBJECT...
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char last[1024];

static int keep_last_warning(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level != LIBBPF_WARN)
		return 0;
	/* The first warning is the reason; what follows only repeats that it failed. */
	if (!last[0])
		vsnprintf(last, sizeof(last), format, args);
	return 0;
}

static void print_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		if ((unsigned char)*text >= ' ')
			putchar(*text);
	}
	putchar('"');
}

static void print_object(struct bpf_object *object)
{
	struct bpf_program *program;
	struct bpf_map *map;
	const char *separator = "";

	printf(",\"programs\":[");
	bpf_object__for_each_program(program, object) {
		printf("%s{\"name\":", separator);
		print_string(bpf_program__name(program));
		printf(",\"section\":");
		print_string(bpf_program__section_name(program));
		printf(",\"autoload\":%s,\"type\":%d,\"attach\":%d,\"instructions\":%zu}",
		       bpf_program__autoload(program) ? "true" : "false", (int)bpf_program__type(program),
		       (int)bpf_program__expected_attach_type(program), bpf_program__insn_cnt(program));
		separator = ",";
	}
	printf("],\"maps\":[");
	separator = "";
	bpf_object__for_each_map(map, object) {
		printf("%s{\"name\":", separator);
		print_string(bpf_map__name(map));
		printf(",\"type\":%d,\"keySize\":%u,\"valueSize\":%u,\"maxEntries\":%u,\"flags\":%u,\"extra\":%llu,"
		       "\"keyType\":%u,\"valueType\":%u,\"pinned\":%s}",
		       (int)bpf_map__type(map), bpf_map__key_size(map), bpf_map__value_size(map),
		       bpf_map__max_entries(map), bpf_map__map_flags(map),
		       (unsigned long long)bpf_map__map_extra(map), bpf_map__btf_key_type_id(map),
		       bpf_map__btf_value_type_id(map), bpf_map__pin_path(map) ? "true" : "false");
		separator = ",";
	}
	printf("]");
}

int main(int argc, char **argv)
{
	libbpf_set_print(keep_last_warning);
	for (int i = 1; i < argc; i++) {
		struct bpf_object *object;

		last[0] = 0;
		object = bpf_object__open_file(argv[i], NULL);
		printf("{\"path\":");
		print_string(argv[i]);
		printf(",\"error\":%d,\"reason\":", object ? 0 : errno);
		print_string(last);
		if (object)
			print_object(object);
		printf("}\n");
		bpf_object__close(object);
	}
	return 0;
}
