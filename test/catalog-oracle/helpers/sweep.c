// Asks the running kernel, for every program of a list, which helpers and which kfuncs it may call.
//
//   sweep helpers LAST-ID < programs          sweep kfuncs NAMES-FILE < programs
//
// A program is a line: label, program type, expected attach type, prog_flags, capabilities, kind, name.
// kind and name say what attach_btf_id is to be: "func", "typedef" or "struct" of vmlinux, "ext" of a global
// function in a program of type `name` (a number, or type/attach), "-" for none. One line is printed a program:
// its label and one character a helper or kfunc, or its label, "!", errno and what the kernel said instead.
#include <bpf/btf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define MOVE_IMMEDIATE(dst, value) { BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value }
#define CALL(src, number) { BPF_JMP | BPF_CALL, 0, src, 0, number }
#define EXIT { BPF_JMP | BPF_EXIT, 0, 0, 0, 0 }

struct program {
  char label[128];
  int type, attach, flags;
  char capabilities[128], kind[16], name[128];
  int btf_id, target_fd, btf_fd;
  struct bpf_func_info info;
};

/** A kfunc by name: its type id, and for one of a module the descriptor of the module's BTF. */
struct kfunc {
  char name[128];
  int id, btf_fd;
};

static struct btf *vmlinux;
static char log_text[1 << 16];

static int bpf(int command, union bpf_attr *attr) { return syscall(__NR_bpf, command, attr, sizeof(*attr)); }

static int load(const struct program *p, const char *license, const struct bpf_insn *code, int count, int module_fd) {
  const int descriptors[] = { 0, module_fd };
  union bpf_attr attr = {
    .fd_array = module_fd ? (unsigned long)descriptors : 0,
    .prog_type = p->type,
    .expected_attach_type = p->attach,
    .prog_flags = p->flags,
    .attach_btf_id = p->btf_id,
    .attach_prog_fd = p->target_fd,
    .insns = (unsigned long)code,
    .insn_cnt = count,
    .license = (unsigned long)license,
    .log_buf = (unsigned long)log_text,
    .log_size = sizeof(log_text),
    .log_level = 1,
  };
  if (p->btf_fd) {
    attr.prog_btf_fd = p->btf_fd;
    attr.func_info = (unsigned long)&p->info;
    attr.func_info_cnt = 1;
    attr.func_info_rec_size = sizeof(p->info);
  }
  log_text[0] = 0;
  return bpf(BPF_PROG_LOAD, &attr);
}

static int says(const char *text) { return strstr(log_text, text) != NULL; }

/**
 * '+' may call, '.' may not, 'p' not at this hook, 's' only where sleeping is allowed, 'g' only under the GPL,
 * 'c' an extension may not as it changes packets and what it replaces does not, 'd' only in programs that are loaded
 * for one device, '0' the kernel has no such helper.
 */
static char ask(const struct program *p, const char *license, int pseudo, int number, int module_fd) {
  struct bpf_insn code[] = { CALL(pseudo, number), MOVE_IMMEDIATE(0, 0), EXIT };
  code[0].off = module_fd ? 1 : 0;
  int fd = load(p, license, code, COUNT(code), module_fd);
  if (fd >= 0) {
    close(fd);
    return '+';
  }
  if (says("invalid func ")) return '0';
  if (says("unknown func ") || says("cannot use helper") || says("is not allowed\n")) return '.';
  if (says("not allowed in probe")) return 'p';
  if (says("might sleep in a non-sleepable") || says("must be sleepable")) return 's';
  if (says("GPL")) return 'g';
  if (says("changes packet data")) return 'c';
  if (says("device-bound")) return 'd';
  return says("(85) call") ? '+' : '?';
}

/** Says why a program with nothing in it does not get as far as the verifier's first instruction. */
static int refused(const struct program *p) {
  const struct bpf_insn code[] = { CALL(0, 1), MOVE_IMMEDIATE(0, 0), EXIT };
  int fd = load(p, "GPL", code, COUNT(code), 0);
  if (fd >= 0) close(fd);
  if (fd >= 0 || says("(85) call")) return 0;
  int error = errno;
  log_text[strcspn(log_text, "\n")] = 0;
  printf("%s ! %d %s\n", p->label, error, log_text);
  return 1;
}

static int load_btf(struct btf *btf) {
  unsigned size;
  const void *data = btf__raw_data(btf, &size);
  union bpf_attr attr = { .btf = (unsigned long)data, .btf_size = size };
  return bpf(BPF_BTF_LOAD, &attr);
}

/** The C type of the context that a global function of a program of this type takes. */
static const char *context_struct(int type) {
  switch (type) {
  case BPF_PROG_TYPE_XDP: return "xdp_md";
  case BPF_PROG_TYPE_KPROBE: return "bpf_user_pt_regs_t";
  case BPF_PROG_TYPE_CGROUP_SOCK_ADDR: return "bpf_sock_addr";
  case BPF_PROG_TYPE_CGROUP_SOCKOPT: return "bpf_sockopt";
  default: return "__sk_buff";
  }
}

/** Loads a program of another type that calls a global function, for an extension to replace. */
static int make_target(struct program *p) {
  struct program target = { 0 };
  if (sscanf(p->name, "%d/%d", &target.type, &target.attach) < 1) return -1;
  struct btf *btf = btf__new_empty();
  int integer = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
  int context = btf__add_struct(btf, context_struct(target.type), 0);
  int pointer = btf__add_ptr(btf, context);
  int proto = btf__add_func_proto(btf, integer);
  btf__add_func_param(btf, "ctx", pointer);
  int entry = btf__add_func(btf, "entry", BTF_FUNC_GLOBAL, proto);
  int replaced = btf__add_func(btf, "replaced", BTF_FUNC_GLOBAL, proto);
  int btf_fd = load_btf(btf);
  if (btf_fd < 0) return -1;
  const struct bpf_insn code[] = { CALL(BPF_PSEUDO_CALL, 2), MOVE_IMMEDIATE(0, 1), EXIT, MOVE_IMMEDIATE(0, 1), EXIT };
  struct bpf_func_info infos[] = { { 0, entry }, { 3, replaced } };
  union bpf_attr attr = {
    .prog_type = target.type,
    .expected_attach_type = target.attach,
    .insns = (unsigned long)code,
    .insn_cnt = COUNT(code),
    .license = (unsigned long)"GPL",
    .log_buf = (unsigned long)log_text,
    .log_size = sizeof(log_text),
    .log_level = 1,
    .prog_btf_fd = btf_fd,
    .func_info = (unsigned long)infos,
    .func_info_cnt = COUNT(infos),
    .func_info_rec_size = sizeof(*infos),
  };
  log_text[0] = 0;
  p->target_fd = bpf(BPF_PROG_LOAD, &attr);
  p->btf_id = replaced;
  p->btf_fd = btf_fd;
  p->info = (struct bpf_func_info){ 0, replaced };
  return p->target_fd < 0 ? -1 : 0;
}

static int resolve(struct program *p) {
  if (!strcmp(p->kind, "-")) return 0;
  if (!strcmp(p->kind, "ext")) return make_target(p);
  int kind = !strcmp(p->kind, "func") ? BTF_KIND_FUNC : !strcmp(p->kind, "struct") ? BTF_KIND_STRUCT : BTF_KIND_TYPEDEF;
  snprintf(log_text, sizeof(log_text), "no %s %s in vmlinux", p->kind, p->name);
  p->btf_id = btf__find_by_name_kind(vmlinux, p->name, kind);
  if (p->btf_id < 0) errno = ENOENT;
  return p->btf_id < 0 ? -1 : 0;
}

/** Finds a kfunc in vmlinux or in a loaded module; its id stays negative where neither has it. */
static void find_kfunc(struct kfunc *kfunc) {
  kfunc->id = btf__find_by_name_kind(vmlinux, kfunc->name, BTF_KIND_FUNC);
  for (unsigned id = 0; kfunc->id < 0;) {
    union bpf_attr attr = { .start_id = id };
    if (bpf(BPF_BTF_GET_NEXT_ID, &attr)) return;
    id = attr.next_id;
    union bpf_attr open = { .btf_id = id };
    int fd = bpf(BPF_BTF_GET_FD_BY_ID, &open);
    struct bpf_btf_info about = { 0 };
    char module[64] = "";
    about.name = (unsigned long)module;
    about.name_len = sizeof(module);
    union bpf_attr info = { .info = { .bpf_fd = fd, .info_len = sizeof(about), .info = (unsigned long)&about } };
    if (fd < 0 || bpf(BPF_OBJ_GET_INFO_BY_FD, &info)) continue;
    struct btf *split = about.kernel_btf && strcmp(module, "vmlinux") ? btf__load_from_kernel_by_id_split(id, vmlinux) : NULL;
    if (split) kfunc->id = btf__find_by_name_kind(split, kfunc->name, BTF_KIND_FUNC);
    btf__free(split);
    if (kfunc->id > 0) kfunc->btf_fd = fd;
    else close(fd);
  }
}

/** Keeps the named capabilities (a comma list) and gives up the others; "all" keeps every one, "none" not one. */
static void keep_capabilities(const char *names) {
  if (!strcmp(names, "all")) return;
  static const struct { const char *name; int number; } known[] = {
    { "bpf", CAP_BPF }, { "perfmon", CAP_PERFMON }, { "net_admin", CAP_NET_ADMIN }, { "sys_admin", CAP_SYS_ADMIN },
  };
  struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
  struct __user_cap_data_struct data[2] = { { 0 } };
  for (unsigned i = 0; i < COUNT(known); i++)
    if (strstr(names, known[i].name)) {
      data[known[i].number / 32].effective |= 1u << known[i].number % 32;
      data[known[i].number / 32].permitted |= 1u << known[i].number % 32;
    }
  if (syscall(SYS_capset, &header, data)) perror("capset"), exit(2);
}

static void sweep(struct program *p, int last, const struct kfunc *kfuncs, int count) {
  if (resolve(p)) {
    log_text[strcspn(log_text, "\n")] = 0;
    printf("%s ! %d %s\n", p->label, errno, log_text);
    return;
  }
  keep_capabilities(p->capabilities);
  if (refused(p)) return;
  printf("%s ", p->label);
  for (int id = 1; id <= last; id++) putchar(ask(p, "GPL", 0, id, 0));
  for (int i = 0; i < count; i++) {
    const struct kfunc *kfunc = kfuncs + i;
    putchar(kfunc->id < 0 ? '0' : ask(p, "GPL", BPF_PSEUDO_KFUNC_CALL, kfunc->id, kfunc->btf_fd));
  }
  // A second time under another licence, where the type may have one.
  if (last && !strcmp(p->capabilities, "all") && strcmp(p->kind, "struct") && strncmp(p->name, "bpf_lsm_", 8)) {
    printf(" ");
    for (int id = 1; id <= last; id++) putchar(ask(p, "none", 0, id, 0));
  }
  putchar('\n');
}

int main(int argc, char **argv) {
  static struct kfunc kfuncs[1024];
  int last = 0, count = 0;
  if (argc != 3) return 2;
  vmlinux = btf__load_vmlinux_btf();
  if (!strcmp(argv[1], "helpers")) last = atoi(argv[2]);
  else {
    FILE *file = fopen(argv[2], "r");
    while (file && count < 1024 && fscanf(file, "%127s", kfuncs[count].name) == 1) find_kfunc(&kfuncs[count++]);
  }
  struct program p = { 0 };
  while (scanf("%127s %d %d %d %127s %15s %127s", p.label, &p.type, &p.attach, &p.flags, p.capabilities, p.kind, p.name) == 7) {
    fflush(stdout);
    // A child a program: capabilities given up stay given up.
    pid_t child = fork();
    if (child == 0) {
      sweep(&p, last, kfuncs, count);
      fflush(stdout);
      _exit(0);
    }
    waitpid(child, NULL, 0);
  }
  return 0;
}
