/** The programs that tests load first, for others to replace functions of: as prog_tests has them. */
const PACKETS = { object: "test_pkt_access.bpf.o", program: "test_pkt_access" }
const CONNECT = { object: "connect4_prog.bpf.o", program: "connect_v4_prog" }
const CHANGES = { object: "changes_pkt_data.bpf.o", program: "main_with_changes" }

const TARGETS = {
  "fexit_bpf2bpf.bpf.o": PACKETS,
  "freplace_attach_probe.bpf.o": { object: "test_attach_probe.bpf.o", program: "handle_kprobe" },
  "freplace_cls_redirect.bpf.o": { object: "test_cls_redirect.bpf.o", program: "cls_redirect" },
  "freplace_connect4.bpf.o": CONNECT,
  "freplace_connect_v4_prog.bpf.o": CONNECT,
  "freplace_get_constant.bpf.o": PACKETS,
  "freplace_global_func.bpf.o": PACKETS,
  "freplace_unreliable_prog.bpf.o": {
    object: "verifier_btf_unreliable_prog.bpf.o",
    program: "btf_unreliable_kprobe",
  },
  "changes_pkt_data_freplace.bpf.o": CHANGES,
  "tailcall_freplace.bpf.o": { object: "tc_bpf2bpf.bpf.o", program: "entry_tc" },
  "exceptions_ext.bpf.o": { object: "test_pkt_access.bpf.o", program: "test_pkt_access" },
}

/** What a program of type ext stands on; undefined for others. */
export function targetOf(object, program) {
  return program.definition?.programType === "ext" ? TARGETS[object] : undefined
}
