import { beforeEach, describe, expect, test } from "vitest"
import { bootKernel, type EmbeddedKernel } from "../../embedded/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { bpftool, jsonOf, outputOf } from "./testing/bpftool.ts"

const profile = await loadBuiltinProfile("6.12")
const PIN = "/sys/fs/bpf/hello"
let kernel: EmbeddedKernel

beforeEach(async () => {
  kernel = await bootKernel({ profile })
})

const run = (line: string) => bpftool(kernel, line)
const output = (line: string) => outputOf(kernel, line)
const json = (line: string) => jsonOf(kernel, line)

/** Times are shown in the time zone of the machine. */
const untimed = (text: string) => text.replace(/loaded_at \S+/, "loaded_at TIME")

describe("bpftool prog", () => {
  test("load pins the first program, which show then lists", async () => {
    expect(await output(`prog load hello.bpf.o ${PIN}`)).toBe("")
    const shown = await output("-f prog show")
    const [size] = /jited \d+B/.exec(shown) ?? []
    expect(untimed(shown)).toBe(
      [
        "1: tracepoint  name tp_execve  tag 9798544af011d5a5  gpl",
        "\tloaded_at TIME  uid 0",
        `\txlated 440B  ${size}  memlock 4096B  map_ids 2,3,1`,
        `\tpinned ${PIN}`,
        "\tbtf_id 2",
        "",
      ].join("\n"),
    )
    expect(await json("prog show id 1")).toMatchObject({
      ...{ id: 1, type: "tracepoint", name: "tp_execve", tag: "9798544af011d5a5", gpl_compatible: true },
      ...{ loaded_at: 1735689610, uid: 0, bytes_xlated: 440, jited: true, map_ids: [2, 3, 1], btf_id: 2 },
    })
    expect(await json("-f prog show")).toMatchObject([{ pinned: [PIN] }])
  })

  test("takes shortened words, and names programs by tag, name and path", async () => {
    await output(`prog load hello.bpf.o ${PIN}`)
    const wanted = await output("prog show id 1")
    for (const line of [
      "p s i 1",
      "prog show name tp_execve",
      "prog list tag 9798544af011d5a5",
      `prog show pinned ${PIN}`,
    ])
      expect(await output(line)).toBe(wanted)
    expect(await output("prog show name nothing")).toBe("")
  })

  test("load says when the path is taken, and what the kernel refuses", async () => {
    await output(`prog load hello.bpf.o ${PIN}`)
    expect(await run(`prog load hello.bpf.o ${PIN}`)).toEqual({
      ...{ status: 255, out: "" },
      err: `Error: can't pin BPF object: path '${PIN}' already exists\n`,
    })
    expect((await run("prog load hello.bpf.o /tmp/hello")).err).toContain("error 1\n")
    const { status, err } = await run("prog load refusals.bpf.o /sys/fs/bpf/refused")
    expect(status).toBe(255)
    const lines = err.split("\n")
    expect(lines.slice(0, 2)).toEqual([
      "libbpf: prog 'packet_in_tracepoint': BPF program load failed: Permission denied",
      "libbpf: prog 'packet_in_tracepoint': -- BEGIN PROG LOAD LOG --",
    ])
    expect(err).toContain(
      [
        "invalid bpf_context access off=0 size=4",
        "processed 1 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0",
        "-- END PROG LOAD LOG --",
        "libbpf: prog 'packet_in_tracepoint': failed to load: -13",
        "libbpf: failed to load object 'refusals.bpf.o'",
        "Error: failed to load object file",
      ].join("\n"),
    )
    expect(await output("prog show name packet_in_trace")).toBe("")
  })

  test("loadall pins programs by their names, maps too, and links with autoattach", async () => {
    await output("prog loadall hello.bpf.o /sys/fs/bpf/all pinmaps /sys/fs/bpf/maps autoattach")
    expect(await output("-f link show")).toBe(
      [
        "1: perf_event  prog 1  \n\tpinned /sys/fs/bpf/all/tp_execve",
        "2: perf_event  prog 2  \n\tpinned /sys/fs/bpf/all/ksyscall_execve",
        "3: perf_event  prog 3  \n\tpinned /sys/fs/bpf/all/kprobe_exec",
        "4: tracing  prog 4  \n\tprog_type tracing  attach_type trace_fentry  \n\tpinned /sys/fs/bpf/all/fentry_exec",
        "5: raw_tracepoint  prog 5  \n\ttp 'sched_process_exec'  \n\tpinned /sys/fs/bpf/all/tp_btf_exec",
        "6: raw_tracepoint  prog 6  \n\ttp 'sched_process_exec'  \n\tpinned /sys/fs/bpf/all/raw_tp_exec",
        "",
      ].join("\n"),
    )
    const paths = ["output", "runs", "hello_rodata", "hello_bss", "hello_kconfig"]
    for (const name of paths)
      expect(await output(`-f map show pinned /sys/fs/bpf/maps/${name}`)).toContain(
        `pinned /sys/fs/bpf/maps/${name}`,
      )
    await kernel.world.exec("/bin/true")
    expect(kernel.objects.programs.get(1)?.runs).toBe(1)
    // No process of bpftool's has anything open any more.
    expect(await output("perf show")).toBe("")
  })

  test("load takes maps that are there, by name and by place", async () => {
    await output("map create /sys/fs/bpf/runs type array key 4 value 8 entries 6 name runs")
    await output(`prog load hello.bpf.o ${PIN} map name runs pinned /sys/fs/bpf/runs`)
    expect(await json(`prog show pinned ${PIN}`)).toMatchObject({ map_ids: [1, 3, 2] })
    expect((await run(`prog load hello.bpf.o ${PIN}2 map name gone id 1`)).err).toContain(
      "unable to find map 'gone'",
    )
  })

  test("dump xlated lists the code with source lines and ids of maps", async () => {
    await output(`prog load hello.bpf.o ${PIN}`)
    const text = await output("prog dump xlated name tp_execve linum")
    expect(text).toContain("int tp_execve(struct execve_arguments * ctx):\n")
    expect(text).toContain(
      "; long *count = bpf_map_lookup_elem(&runs, &program); [file:./exhibits/hello/program.bpf.c line_num:62 line_col:16]\n  18: (18) r1 = map[id:2]\n  20: (85) call bpf_map_lookup_elem#1\n",
    )
    expect(await json("prog dump xlated name tp_execve opcodes")).toContainEqual(
      expect.objectContaining({ disasm: "(bf) r6 = r1" }),
    )
    expect((await run("prog dump xlated id 1 file code")).err).toBe(
      "Error: can't open file code: this shell writes no files of the machine outside\n",
    )
    expect((await run("prog dump jited id 1")).err).toContain("Error: machine code is not disassembled\n")
  })

  test("run gives a program's answer", async () => {
    await output("prog loadall test-run.bpf.o /sys/fs/bpf/runs")
    const given = await run("prog run name xdp_count data_in package.json repeat 2")
    expect(given.out).toMatch(/^Return value: \d+, duration \(average\): \d+ns\n$/)
    expect(await json("prog run name xdp_count data_in package.json")).toHaveProperty("retval")
    const file = "prog run file test-run.bpf.o name xdp_count data_in package.json"
    expect(await output(file)).toMatch(/^Return value: \d+, duration: \d+ns\n$/)
  })

  test("pin adds a name, and refuses dots", async () => {
    await output(`prog load hello.bpf.o ${PIN}`)
    await output(`prog pin pinned ${PIN} ${PIN}2`)
    expect(await json("-f prog show")).toMatchObject([{ pinned: [PIN, `${PIN}2`] }])
    expect((await run(`prog pin id 1 ${PIN}.dot`)).err).toBe(
      `Error: can't pin the object (${PIN}.dot): Operation not permitted\n`,
    )
  })

  test("tracelog prints what is in the pipe, and ends", async () => {
    await output("prog loadall hello.bpf.o /sys/fs/bpf/all autoattach")
    await kernel.world.exec("/bin/true")
    const text = await output("prog tracelog")
    expect(text).toMatch(/^ +sh-\d+ +\[000\] .* bpf_trace_printk: /)
    expect(await output("prog tracelog")).toBe("")
  })
})

describe("bpftool btf", () => {
  test("lists the kernel's types and those of objects, with their users", async () => {
    await output(`prog load hello.bpf.o ${PIN}`)
    const text = await output("btf show")
    expect(text).toMatch(
      /^1: name \[vmlinux\] {2}size \d{7}B\n2: name <anon> {2}size \d+B {2}prog_ids 1 {2}map_ids 3,2\n$/,
    )
    expect(await json("btf show id 2")).toMatchObject({
      id: 2,
      prog_ids: [1],
      map_ids: [3, 2],
      kernel: false,
    })
  })

  test("dumps types of programs, maps, ids and the kernel's file", async () => {
    await output(`prog load hello.bpf.o ${PIN}`)
    expect(await output("btf dump prog id 1 format c")).toContain("struct execve_arguments {\n")
    expect(await output("btf dump map name runs value")).toBe(
      "[13] INT 'long' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED\n",
    )
    const types = await output("btf dump file /sys/kernel/btf/vmlinux format c")
    expect(types).toContain("struct task_struct {\n")
    expect(await output("btf dump id 1 root_id 1")).toBe(
      await output("btf dump file /sys/kernel/btf/vmlinux root_id 1"),
    )
  })
})
