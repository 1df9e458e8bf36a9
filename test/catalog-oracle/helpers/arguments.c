// Asks the running kernel what each argument of a helper must be, and prints the verifier's words.
//
//   arguments < questions
//
// A question is a line: helper id, program type, expected attach type, prog_flags, kind and name of attach_btf_id as
// in sweep.c ("-" for none), and what to pass, one letter an argument:
//   c context, mN a map of type N, b memory or a key or value on the stack, s a size, a any number, n null,
//   t constant text; x for what no right value is known of, which ends the list.
// Answered is one line: the id, then for every argument up to the first x, that one included, what the verifier says
// when it is the number 1 (0 for a size) and the ones before it are right: "-" where it says nothing of that register,
// "!" where the program does not even get as far as the call.
#include <bpf/btf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOVE_IMMEDIATE(dst, value) (struct bpf_insn){ BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value }
#define MOVE(dst, src) (struct bpf_insn){ BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0 }
#define ADD(dst, value) (struct bpf_insn){ BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, value }
#define STORE_ZERO(offset) (struct bpf_insn){ BPF_ST | BPF_MEM | BPF_DW, 10, 0, offset, 0 }
#define LOAD_MAP(dst, pseudo, fd) (struct bpf_insn){ BPF_LD | BPF_IMM | BPF_DW, dst, pseudo, 0, fd }

static char log_text[1 << 16];

static int bpf(int command, union bpf_attr *attr) { return syscall(__NR_bpf, command, attr, sizeof(*attr)); }

/** A map of a type, made when it is first needed. */
static int map_of(int type) {
  static int made[64];
  if (made[type]) return made[type];
  int storage = type == BPF_MAP_TYPE_SK_STORAGE || type == BPF_MAP_TYPE_INODE_STORAGE || type == BPF_MAP_TYPE_TASK_STORAGE || type == 32;
  int ring = type == BPF_MAP_TYPE_RINGBUF || type == BPF_MAP_TYPE_USER_RINGBUF;
  int queue = type == BPF_MAP_TYPE_QUEUE || type == BPF_MAP_TYPE_STACK;
  int entries = storage || type == BPF_MAP_TYPE_CGROUP_STORAGE ? 0 : ring ? 4096 : 1;
  union bpf_attr attr = {
    .map_type = type,
    .key_size = ring || queue ? 0 : type == BPF_MAP_TYPE_CGROUP_STORAGE ? 8 : 4,
    .value_size = ring ? 0 : type == BPF_MAP_TYPE_STACK_TRACE || type == BPF_MAP_TYPE_CGROUP_STORAGE ? 8 : storage || queue || type <= 2 ? 8 : 4,
    .max_entries = entries,
    .map_flags = storage ? BPF_F_NO_PREALLOC : 0,
  };
  if (storage) {
    // Such maps must say what their key and value are.
    struct btf *btf = btf__new_empty();
    attr.btf_key_type_id = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
    attr.btf_value_type_id = btf__add_int(btf, "long", 8, BTF_INT_SIGNED);
    unsigned size;
    const void *data = btf__raw_data(btf, &size);
    union bpf_attr load = { .btf = (unsigned long)data, .btf_size = size };
    attr.btf_fd = bpf(BPF_BTF_LOAD, &load);
  }
  made[type] = bpf(BPF_MAP_CREATE, &attr);
  if (made[type] < 0) fprintf(stderr, "map type %d: %s\n", type, strerror(errno));
  return made[type];
}

/** A frozen read-only array that holds "a". */
static int text_map(void) {
  static int made;
  if (made) return made;
  union bpf_attr attr = {
    .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1, .map_flags = BPF_F_RDONLY_PROG,
  };
  made = bpf(BPF_MAP_CREATE, &attr);
  int key = 0;
  union bpf_attr update = { .map_fd = made, .key = (unsigned long)&key, .value = (unsigned long)"a\0\0\0\0\0\0" };
  bpf(BPF_MAP_UPDATE_ELEM, &update);
  union bpf_attr freeze = { .map_fd = made };
  bpf(BPF_MAP_FREEZE, &freeze);
  return made;
}

static int put_right(struct bpf_insn *code, int reg, const char *what) {
  switch (what[0]) {
  case 'c': code[0] = MOVE(reg, 6); return 1;
  case 'b': code[0] = MOVE(reg, 10), code[1] = ADD(reg, -64); return 2;
  case 's': code[0] = MOVE_IMMEDIATE(reg, 8); return 1;
  case 'm': code[0] = LOAD_MAP(reg, BPF_PSEUDO_MAP_FD, map_of(atoi(what + 1))), code[1] = (struct bpf_insn){ 0 }; return 2;
  case 't': code[0] = LOAD_MAP(reg, BPF_PSEUDO_MAP_VALUE, text_map()), code[1] = (struct bpf_insn){ 0 }; return 2;
  default: code[0] = MOVE_IMMEDIATE(reg, 0); return 1;
  }
}

/** The verifier's last line, if it is about a register, without the register's name; "-" if it is not. */
static const char *words_about(int reg) {
  if (!strstr(log_text, "(85) call")) return "!";
  char *summary = strstr(log_text, "\nprocessed ");
  if (summary) *summary = 0;
  char *line = strrchr(log_text, '\n');
  line = line ? line + 1 : log_text;
  return line[0] == 'R' && line[1] == '0' + reg && line[2] == ' ' ? line + 3 : "-";
}

int main(void) {
  struct btf *vmlinux = btf__load_vmlinux_btf();
  int id, type, attach, flags;
  char kind[16], name[128], list[128];
  while (scanf("%d %d %d %d %15s %127s %127s", &id, &type, &attach, &flags, kind, name, list) == 7) {
    int btf_kind = !strcmp(kind, "func") ? BTF_KIND_FUNC : !strcmp(kind, "struct") ? BTF_KIND_STRUCT : BTF_KIND_TYPEDEF;
    int btf_id = strcmp(kind, "-") ? btf__find_by_name_kind(vmlinux, name, btf_kind) : 0;
    const char *values[5];
    int count = 0;
    for (char *value = strtok(list, ","); value && count < 5; value = strtok(NULL, ",")) values[count++] = value;
    printf("%d", id);
    for (int wrong = 0; wrong < count; wrong++) {
      struct bpf_insn code[64];
      int length = 0;
      code[length++] = MOVE(6, 1);
      for (int offset = -64; offset < 0; offset += 8) code[length++] = STORE_ZERO(offset);
      for (int i = 0; i < wrong; i++) length += put_right(code + length, i + 1, values[i]);
      for (int i = wrong; i < 5; i++) code[length++] = MOVE_IMMEDIATE(i + 1, i == wrong && values[i][0] != 's');
      code[length++] = (struct bpf_insn){ BPF_JMP | BPF_CALL, 0, 0, 0, id };
      code[length++] = MOVE_IMMEDIATE(0, 0);
      code[length++] = (struct bpf_insn){ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 };
      union bpf_attr attr = {
        .prog_type = type, .expected_attach_type = attach, .prog_flags = flags, .attach_btf_id = btf_id,
        .insns = (unsigned long)code, .insn_cnt = length, .license = (unsigned long)"GPL",
        .log_buf = (unsigned long)log_text, .log_size = sizeof(log_text), .log_level = 1,
      };
      log_text[0] = 0;
      int fd = bpf(BPF_PROG_LOAD, &attr);
      if (fd >= 0) close(fd);
      // Of a program that it accepts, the verifier leaves nothing in the log.
      printf("|%s", fd >= 0 ? "-" : words_about(wrong + 1));
    }
    putchar('\n');
    fflush(stdout);
  }
  return 0;
}
