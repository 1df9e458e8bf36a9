// Asks the running kernel's verifier about the smallest programs there are, one question a load.
//
//   sweep QUESTIONS SUBJECTS WORKERS FOLDER
//
// QUESTIONS is contexts, returns, attach, capabilities, disabled, runs, tracepoints or hooks; the last two are about
// every tracepoint and LSM hook in the kernel's BTF, the others about SUBJECTS, one a line (see subjects.mjs). Each of
// WORKERS processes answers every WORKERS-th subject, in FOLDER/QUESTIONS.0 and so on. Static, raw bpf(2).
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/capability.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct bpf_insn insn;

#define INSN(c, d, s, o, i) ((insn){.code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i)})
#define MOV(d, i) INSN(BPF_ALU64 | BPF_MOV | BPF_K, d, 0, 0, i)
#define EXIT INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

struct subject {
  char name[96];
  unsigned type, attach;
  int result;         // a return value that the kernel accepts
  char kind[16];      // what the target is: none, func, typedef, struct, prog
  char target[96];    // its name in the kernel's BTF; for prog the number of the extended program's type
  char windows[512];  // offsets: first,last,first,last; or the last attach type; or return values
  char privilege[16]; // all or none
};

static char log_text[1 << 20];
static char *btf;
static size_t btf_size;

static long bpf(int cmd, union bpf_attr *attr) { return syscall(SYS_bpf, cmd, attr, sizeof(*attr)); }

static void die(const char *what) {
  perror(what);
  exit(1);
}

// ---- names in the kernel's BTF -------------------------------------------------------------------------------------

static void read_btf(void) {
  int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY);
  if (fd < 0) die("vmlinux BTF");
  btf = malloc(64 << 20);
  for (ssize_t n; (n = read(fd, btf + btf_size, 1 << 20)) > 0;) btf_size += n;
  close(fd);
}

static size_t type_size(const struct btf_type *t) {
  unsigned n = BTF_INFO_VLEN(t->info);
  switch (BTF_INFO_KIND(t->info)) {
  case BTF_KIND_INT: case BTF_KIND_VAR: case BTF_KIND_DECL_TAG: return sizeof(*t) + 4;
  case BTF_KIND_ARRAY: return sizeof(*t) + sizeof(struct btf_array);
  case BTF_KIND_STRUCT: case BTF_KIND_UNION: return sizeof(*t) + n * sizeof(struct btf_member);
  case BTF_KIND_ENUM: return sizeof(*t) + n * sizeof(struct btf_enum);
  case BTF_KIND_FUNC_PROTO: return sizeof(*t) + n * sizeof(struct btf_param);
  case BTF_KIND_DATASEC: case BTF_KIND_ENUM64: return sizeof(*t) + n * 12;
  default: return sizeof(*t);
  }
}

// The first type of that kind from `*after` on whose name starts so; its name in `found` when given.
static unsigned next_type(unsigned kind, const char *prefix, unsigned after, const char **found) {
  struct btf_header *h = (void *)btf;
  char *at = btf + h->hdr_len + h->type_off, *end = at + h->type_len, *text = btf + h->hdr_len + h->str_off;
  for (unsigned id = 1; at < end; id++) {
    struct btf_type *t = (void *)at;
    const char *name = text + t->name_off;
    if (id > after && BTF_INFO_KIND(t->info) == kind && !strncmp(name, prefix, strlen(prefix))) {
      *found = name;
      return id;
    }
    at += type_size(t);
  }
  return 0;
}

static unsigned find_type(unsigned kind, const char *name) {
  const char *found;
  for (unsigned id = 0; (id = next_type(kind, name, id, &found));)
    if (!strcmp(found, name)) return id;
  return 0;
}

// ---- loading -------------------------------------------------------------------------------------------------------

struct load {
  unsigned type, attach, btf_id, target_fd, prog_btf_fd, flags;
  int log_level;
};

static int load(const struct load *l, const insn *insns, unsigned count) {
  struct bpf_func_info info = {.insn_off = 0, .type_id = 4};
  union bpf_attr attr = {0};
  attr.prog_type = l->type;
  attr.expected_attach_type = l->attach;
  attr.insns = (uintptr_t)insns;
  attr.insn_cnt = count;
  attr.license = (uintptr_t)"GPL";
  attr.attach_btf_id = l->btf_id;
  attr.attach_prog_fd = l->target_fd;
  attr.prog_flags = l->flags;
  if (l->type == 31) attr.prog_flags = BPF_F_SLEEPABLE; // BPF_PROG_TYPE_SYSCALL can only be that
  if (l->prog_btf_fd) {
    attr.prog_btf_fd = l->prog_btf_fd;
    attr.func_info = (uintptr_t)&info;
    attr.func_info_rec_size = sizeof(info);
    attr.func_info_cnt = 1;
  }
  if (l->log_level) {
    attr.log_level = l->log_level;
    attr.log_buf = (uintptr_t)log_text;
    attr.log_size = sizeof(log_text);
    log_text[0] = 0;
  }
  return bpf(BPF_PROG_LOAD, &attr);
}

// BTF of `int target(struct CONTEXT *ctx)`: 1 int, 2 pointer to 3, 3 struct, 4 function, 5 its prototype.
static int load_program_btf(const char *context) {
  struct {
    struct btf_header h;
    struct btf_type integer;
    unsigned bits;
    struct btf_type pointer, structure, function, prototype;
    struct btf_param parameter;
    char text[64];
  } b = {0};
  int at = 1;
  at += sprintf(b.text + at, "int") + 1;
  at += sprintf(b.text + at, "target") + 1;
  int ctx = at;
  at += sprintf(b.text + at, "ctx") + 1;
  int name = at;
  at += sprintf(b.text + at, "%s", context) + 1;
  unsigned types = offsetof(typeof(b), text) - sizeof(b.h);
  b.h = (struct btf_header){.magic = BTF_MAGIC, .version = 1, .hdr_len = sizeof(b.h)};
  b.h.type_len = b.h.str_off = types;
  b.h.str_len = at;
  b.integer = (struct btf_type){.name_off = 1, .info = BTF_KIND_INT << 24, .size = 4};
  b.bits = (BTF_INT_SIGNED << 24) | 32;
  b.pointer = (struct btf_type){.info = BTF_KIND_PTR << 24, .type = 3};
  b.structure = (struct btf_type){.name_off = name, .info = BTF_KIND_STRUCT << 24};
  b.function = (struct btf_type){.name_off = 5, .info = (BTF_KIND_FUNC << 24) | BTF_FUNC_GLOBAL, .type = 5};
  b.prototype = (struct btf_type){.info = (BTF_KIND_FUNC_PROTO << 24) | 1, .type = 1};
  b.parameter = (struct btf_param){.name_off = ctx, .type = 2};
  union bpf_attr attr = {0};
  attr.btf = (uintptr_t)&b;
  attr.btf_size = sizeof(b.h) + types + at;
  int fd = bpf(BPF_BTF_LOAD, &attr);
  if (fd < 0) die("BPF_BTF_LOAD");
  return fd;
}

static struct load prepare(const struct subject *s, int log_level) {
  struct load l = {.type = s->type, .attach = s->attach, .log_level = log_level};
  if (!strcmp(s->kind, "func")) l.btf_id = find_type(BTF_KIND_FUNC, s->target);
  if (!strcmp(s->kind, "typedef")) l.btf_id = find_type(BTF_KIND_TYPEDEF, s->target);
  if (!strcmp(s->kind, "struct")) l.btf_id = find_type(BTF_KIND_STRUCT, s->target);
  if (!strcmp(s->kind, "prog")) {
    unsigned type = atoi(s->target);
    l.prog_btf_fd = load_program_btf(type == 6 ? "xdp_md" : "__sk_buff");
    insn body[] = {MOV(0, 0), EXIT};
    struct load target = {.type = type, .prog_btf_fd = l.prog_btf_fd, .log_level = 1};
    l.target_fd = load(&target, body, 2);
    if ((int)l.target_fd < 0) die(log_text);
    l.btf_id = 4;
  }
  return l;
}

// ---- answers as one character: lower case for what a load gives, upper case for a refusal ----------------------------

static char known[2][26][200];

static char letter(int refused, const char *text) {
  for (int i = 0; i < 26; i++) {
    if (!known[refused][i][0]) snprintf(known[refused][i], sizeof(known[0][0]), "%s", text);
    if (!strncmp(known[refused][i], text, sizeof(known[0][0]) - 1)) return (refused ? 'A' : 'a') + i;
  }
  fprintf(stderr, "too many kinds of answer: %s\n", text);
  return '?';
}

static void normalise(char *text, const char *from, const char *to) {
  char *out = text;
  for (const char *in = from; in < to && out < text + 198; in++) {
    if (*in >= '0' && *in <= '9') {
      if (out == text || out[-1] != '#') *out++ = '#';
    } else *out++ = *in;
  }
  *out = 0;
}

// Instructions, states and statistics: what is in every log.
static int is_routine(const char *line, size_t length) {
  static const char *STARTS[] = {"processed ",   "func#",             "Validating ",  "Live regs", "mark_precise",
                                 "last_idx",     "verification time", "stack depth", "regs="};
  if (length == 0 || (*line >= '0' && *line <= '9')) return 1;
  for (unsigned i = 0; i < sizeof(STARTS) / sizeof(*STARTS); i++)
    if (!strncmp(line, STARTS[i], strlen(STARTS[i]))) return 1;
  const char *equals = strchr(line, '=');
  return *line == 'R' && length > 10 && equals && equals < line + 8;
}

// What the log says besides, numbers replaced by #, lines joined by " / ".
static void messages(char *text) {
  char line[400];
  *text = 0;
  for (char *at = log_text; *at;) {
    size_t length = strcspn(at, "\n");
    if (!is_routine(at, length)) {
      normalise(line, at, at + length);
      if (strlen(text) + strlen(line) < 190) {
        if (*text) strcat(text, " / ");
        strcat(text, line);
      }
    }
    at += length;
    if (*at == '\n') at++;
  }
}

static void reason(char *text, int error) {
  messages(text);
  if (!*text) sprintf(text, "errno %d", error);
}

// What the log says R2 holds after the load: the text after "R2_w=" up to the blank that ends it.
static void loaded_kind(char *text) {
  char *at = strstr(log_text, "R2_w=");
  if (!at) at = strstr(log_text, "R2=");
  if (!at) { strcpy(text, "?"); return; }
  at = strchr(at, '=') + 1;
  int depth = 0;
  char *end = at;
  for (; *end && *end != '\n'; end++) {
    if (*end == '(') depth++;
    if (*end == ')') depth--;
    if (*end == ' ' && depth == 0) break;
  }
  char more[200];
  messages(more);
  snprintf(text, 199, "%.*s%s%s", (int)(end - at), at, *more ? " | " : "", more);
}

static const unsigned char SIZES[] = {BPF_B, BPF_H, BPF_W, BPF_DW};

static void ask_contexts(FILE *out, const struct subject *s) {
  static const char *OPS[] = {"read", "readSigned", "write", "writeImmediate"};
  struct load l = prepare(s, 2);
  memset(known, 0, sizeof(known));
  int bounds[4] = {0}, windows = sscanf(s->windows, "%d,%d,%d,%d", bounds, bounds + 1, bounds + 2, bounds + 3) / 2;
  fprintf(out, "subject %s\n", s->name);
  for (int op = 0; op < 4; op++)
    for (int size = 0; size < 4; size++) {
      if (op == 1 && size == 3) continue;
      fprintf(out, "row %s %d ", OPS[op], 1 << size);
      for (int w = 0; w < windows; w++)
        for (int off = bounds[w * 2]; off < bounds[w * 2 + 1]; off++) {
          insn access = op == 0   ? INSN(BPF_LDX | BPF_MEM | SIZES[size], 2, 1, off, 0)
                        : op == 1 ? INSN(BPF_LDX | 0x80 | SIZES[size], 2, 1, off, 0)
                        : op == 2 ? INSN(BPF_STX | BPF_MEM | SIZES[size], 1, 2, off, 0)
                                  : INSN(BPF_ST | BPF_MEM | SIZES[size], 1, 0, off, 0);
          insn body[] = {MOV(2, 0), access, MOV(0, s->result), EXIT};
          int load_only = op < 2;
          int fd = load(&l, body + load_only, 4 - load_only);
          char text[200];
          if (fd >= 0) {
            if (load_only) loaded_kind(text);
            else strcpy(text, "written");
            close(fd);
          } else reason(text, errno);
          fputc(letter(fd < 0, text), out);
        }
      fputc('\n', out);
    }
  for (int refused = 0; refused < 2; refused++)
    for (int i = 0; i < 26 && known[refused][i][0]; i++)
      fprintf(out, "letter %c %s\n", (refused ? 'A' : 'a') + i, known[refused][i]);
  if (l.target_fd) close(l.target_fd);
  if (l.prog_btf_fd) close(l.prog_btf_fd);
}

// Every number of the subject's list, and after them a number that the verifier does not know, a pointer, and nothing.
static void ask_returns(FILE *out, const struct subject *s) {
  struct load l = prepare(s, 1);
  memset(known, 0, sizeof(known));
  fprintf(out, "subject %s\nrow ", s->name);
  const char *at = s->windows;
  for (int special = -1; special < 3;) {
    insn body[] = {INSN(BPF_LD | BPF_IMM | BPF_DW, 0, 0, 0, 0), {0}, EXIT};
    unsigned count = 3;
    if (at && *at) {
      long long number = strtoll(at, (char **)&at, 10);
      if (*at == ',') at++;
      body[0].imm = (int)number;
      body[1].imm = (int)(number >> 32);
    } else {
      special++;
      if (special == 0) body[0] = INSN(BPF_JMP | BPF_CALL, 0, 0, 0, 5), body[1] = EXIT, count = 2; // ktime_get_ns
      if (special == 1) body[0] = INSN(BPF_ALU64 | BPF_MOV | BPF_X, 0, 1, 0, 0), body[1] = EXIT, count = 2;
      if (special == 2) body[0] = EXIT, count = 1;
      if (special == 3) break;
    }
    int fd = load(&l, body, count);
    char text[200];
    if (fd < 0) reason(text, errno);
    else strcpy(text, "accepted"), close(fd);
    fputc(letter(fd < 0, text), out);
  }
  fputc('\n', out);
  for (int refused = 0; refused < 2; refused++)
    for (int i = 0; i < 26 && known[refused][i][0]; i++)
      fprintf(out, "letter %c %s\n", (refused ? 'A' : 'a') + i, known[refused][i]);
  if (l.target_fd) close(l.target_fd);
  if (l.prog_btf_fd) close(l.prog_btf_fd);
}

// One subject is one type (and target); the row has one answer an attach type number.
static void ask_attach(FILE *out, const struct subject *s) {
  struct load l = prepare(s, 1);
  int last = atoi(s->windows);
  fprintf(out, "subject %s\nrow", s->name);
  for (int attach = 0; attach <= last; attach++) {
    int error = 0;
    l.attach = attach;
    for (int result = 0; result < 2; result++) {
      insn body[] = {MOV(0, result), EXIT};
      int fd = load(&l, body, 2);
      error = fd < 0 ? errno : 0;
      if (fd >= 0) close(fd);
      if (fd >= 0) break;
    }
    fprintf(out, " %d", error);
  }
  fputc('\n', out);
}

static void set_capabilities(const uint64_t caps) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2] = {{.effective = caps, .permitted = caps},
                                           {.effective = caps >> 32, .permitted = caps >> 32}};
  if (syscall(SYS_capset, &header, data)) die("capset");
}

static const uint64_t BPF_CAP = 1ull << 39, PERFMON = 1ull << 38, NET_ADMIN = 1ull << 12, SYS_ADMIN = 1ull << 21;

static int load_with(const struct subject *s, struct load *l, uint64_t caps) {
  int status;
  pid_t child = fork();
  if (child == 0) {
    set_capabilities(caps);
    insn body[] = {MOV(0, s->result), EXIT};
    int fd = load(l, body, 2);
    _exit(fd < 0 ? (errno == 524 ? 254 : errno) : 0);
  }
  waitpid(child, &status, 0);
  return WEXITSTATUS(status) == 254 ? 524 : WEXITSTATUS(status); // ENOTSUPP does not fit into a status
}

static void ask_capabilities(FILE *out, const struct subject *s) {
  struct load l = prepare(s, 0);
  uint64_t sets[] = {0, BPF_CAP, PERFMON, NET_ADMIN, BPF_CAP | PERFMON, BPF_CAP | NET_ADMIN, PERFMON | NET_ADMIN,
                     BPF_CAP | PERFMON | NET_ADMIN, SYS_ADMIN};
  fprintf(out, "subject %s\nrow", s->name);
  for (unsigned i = 0; i < sizeof(sets) / sizeof(*sets); i++) fprintf(out, " %d", load_with(s, &l, sets[i]));
  fputc('\n', out);
  if (l.target_fd) close(l.target_fd);
  if (l.prog_btf_fd) close(l.prog_btf_fd);
}

static int run(int fd, void *data, unsigned data_size, void *context, unsigned context_size) {
  static char data_out[4096];
  union bpf_attr attr = {0};
  attr.test.prog_fd = fd;
  attr.test.data_in = (uintptr_t)data;
  attr.test.data_size_in = data_size;
  attr.test.data_out = data ? (uintptr_t)data_out : 0;
  attr.test.data_size_out = data ? sizeof(data_out) : 0;
  attr.test.ctx_in = (uintptr_t)context;
  attr.test.ctx_size_in = context_size;
  return bpf(BPF_PROG_TEST_RUN, &attr) ? errno : 0;
}

// Three inputs: a packet, a context of 64 bytes alone, nothing.
static void ask_runs(FILE *out, const struct subject *s) {
  struct load l = prepare(s, 0);
  insn body[] = {MOV(0, s->result), EXIT};
  int fd = load(&l, body, 2);
  fprintf(out, "subject %s\nrow", s->name);
  if (fd < 0) fprintf(out, " load %d\n", errno);
  else {
    // A UDP packet; zeroes, or for sk_lookup an IPv4 TCP connection.
    char packet[64] = {[12] = 8, [14] = 0x45, [17] = 50, [22] = 64, [23] = 17};
    char context[72] = {[8] = s->type == 30 ? 2 : 0, [12] = s->type == 30 ? 6 : 0};
    fprintf(out, " %d", run(fd, packet, sizeof(packet), NULL, 0));
    fprintf(out, " %d", run(fd, NULL, 0, context, s->type == 30 ? 72 : 64));
    fprintf(out, " %d\n", run(fd, NULL, 0, NULL, 0));
    close(fd);
  }
}

// What each argument is to the verifier: s scalar, p pointer, t trusted pointer, capitals where it may be null, - refused.
static void print_arguments(FILE *out, struct load l, int result) {
  for (int argument = 0; argument < 12; argument++) {
    insn body[] = {INSN(BPF_LDX | BPF_MEM | BPF_DW, 2, 1, argument * 8, 0), MOV(0, result), EXIT};
    int fd = load(&l, body, 3);
    char kind[200];
    if (fd < 0) {
      if (strstr(log_text, "doesn't have")) break;
      fputc('-', out);
      continue;
    }
    close(fd);
    loaded_kind(kind);
    int null = strstr(kind, "or_null") != NULL;
    fputc(!strncmp(kind, "scalar", 6)                     ? 's'
          : !strncmp(kind, "trusted_", 8) ? null ? 'T' : 't'
                                                            : null ? 'P' : 'p', out);
  }
}

static void ask_tracepoints(FILE *out) {
  const char *name;
  for (unsigned id = 0; (id = next_type(BTF_KIND_TYPEDEF, "btf_trace_", id, &name));) {
    struct load l = {.type = 26, .attach = 23, .btf_id = id, .log_level = 2};
    fprintf(out, "subject %s\nrow ", name + 10);
    print_arguments(out, l, 0);
    fputc('\n', out);
  }
}

static int loads(struct load l, int result) {
  insn body[] = {MOV(0, result), EXIT};
  int fd = load(&l, body, 2);
  if (fd < 0) return 0;
  close(fd);
  return 1;
}

// Each hook: whether it takes programs, sleepable ones, a cgroup's that return 0, that return 1; whether programs may
// return -4096, -4095, 1; its arguments.
static void ask_hooks(FILE *out) {
  const char *name;
  for (unsigned id = 0; (id = next_type(BTF_KIND_FUNC, "bpf_lsm_", id, &name));) {
    struct load mac = {.type = 29, .attach = 27, .btf_id = id, .log_level = 2}, sleepable = mac, cgroup = mac;
    sleepable.flags = BPF_F_SLEEPABLE;
    cgroup.attach = 43;
    fprintf(out, "subject %s\nrow %d%d", name + 8, loads(mac, 0), loads(sleepable, 0));
    fprintf(out, "%d%d ", loads(cgroup, 0), loads(cgroup, 1));
    fprintf(out, "%d%d%d ", loads(mac, -4096), loads(mac, -4095), loads(mac, 1));
    print_arguments(out, mac, 0);
    fputc('\n', out);
  }
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  const char *questions = argv[1];
  int workers = atoi(argv[3]);
  read_btf();
  for (int w = 0; w < workers; w++)
    if (fork() == 0) {
      char path[200], line[1024];
      snprintf(path, sizeof(path), "%s/%s.%d", argv[4], questions, w);
      FILE *out = fopen(path, "w"), *in = fopen(argv[2], "r");
      if (!out || !in) die(path);
      if (w == 0 && !strcmp(questions, "tracepoints")) ask_tracepoints(out);
      if (w == 0 && !strcmp(questions, "hooks")) ask_hooks(out);
      for (int i = 0; fgets(line, sizeof(line), in); i++) {
        struct subject s;
        int words = sscanf(line, "%95s %u %u %d %15s %95s %511s %15s", s.name, &s.type, &s.attach, &s.result, s.kind,
                           s.target, s.windows, s.privilege);
        if (words != 8) continue;
        if (i % workers != w) continue;
        fflush(out);
        pid_t child = fork(); // so that dropped capabilities end with the subject
        if (child == 0) {
          if (!strcmp(s.privilege, "none")) set_capabilities(0);
          if (!strcmp(questions, "contexts")) ask_contexts(out, &s);
          else if (!strcmp(questions, "returns")) ask_returns(out, &s);
          else if (!strcmp(questions, "attach")) ask_attach(out, &s);
          else if (!strcmp(questions, "capabilities") || !strcmp(questions, "disabled")) ask_capabilities(out, &s);
          else if (!strcmp(questions, "runs")) ask_runs(out, &s);
          fflush(out);
          _exit(0);
        }
        waitpid(child, NULL, 0);
      }
      fclose(out);
      _exit(0);
    }
  while (wait(NULL) > 0) {}
  return 0;
}
