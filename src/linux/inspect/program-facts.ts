import { toHex } from "../../base/index.ts"
import type { Btf, TypeId } from "../../btf/index.ts"
import type { DeviceFacts, ProgramCode, ProgramFacts } from "../../kernel/index.ts"
import type { Bpf } from "../bpf/bpf.ts"
import { PROG_INFO } from "../bpf/info.ts"
import { Scratch } from "../ffi/scratch.ts"
import { descriptorFacts, numberFact, objectInfo } from "./object-store.ts"

const PROG_INFO_BYTES = 232
const FUNCTION_RECORD = 8
const LINE_RECORD = 16
/** Names that fill the kernel's 16 bytes may have been cut. */
const LONGEST_NAME = 15

/** What BTF and devices are looked up with. */
export interface FactSource {
  btfOf(id: number): Btf | undefined
  device(index: number, namespaceDevice: bigint, namespaceInode: bigint): DeviceFacts | undefined
}

export function programFacts(bpf: Bpf, fd: number, source: FactSource): ProgramFacts {
  const { info, bytes } = objectInfo(bpf, fd, PROG_INFO, PROG_INFO_BYTES)
  return {
    id: info.id,
    type: info.type,
    name: info.name,
    fullName: fullName(bpf, fd, info, source),
    tag: toHex(bytes.subarray(8, 16)),
    // One bit of the word is used.
    gplCompatible: (info.gpl_compatible & 1) === 1,
    runTime: info.run_time_ns,
    runCount: info.run_cnt,
    recursionMisses: info.recursion_misses,
    device: source.device(info.ifindex, info.netns_dev, info.netns_ino),
    loadTime: info.load_time,
    uid: info.created_by_uid,
    translatedLength: info.xlated_prog_len,
    jitedLength: info.jited_prog_len,
    memlock: numberFact(descriptorFacts(fd), "memlock"),
    mapIds: mapIds(bpf, fd, info.nr_map_ids),
    btfId: info.btf_id,
    attachBtfObject: info.attach_btf_obj_id,
    attachBtfId: info.attach_btf_id,
  }
}

/** The code and its records, in two steps: lengths, then contents. */
export function programCode(bpf: Bpf, fd: number): ProgramCode {
  const { info } = objectInfo(bpf, fd, PROG_INFO, PROG_INFO_BYTES)
  using scratch = new Scratch(bpf.native)
  const code = scratch.allocate(info.xlated_prog_len)
  const machine = scratch.allocate(info.jited_prog_len)
  const functions = scratch.allocate(info.nr_func_info * FUNCTION_RECORD)
  const lines = scratch.allocate(info.nr_line_info * LINE_RECORD)
  const symbols = scratch.allocate(info.nr_jited_ksyms * 8)
  const { info: filled } = objectInfo(bpf, fd, PROG_INFO, PROG_INFO_BYTES, {
    xlated_prog_len: info.xlated_prog_len,
    xlated_prog_insns: code.address,
    jited_prog_len: info.jited_prog_len,
    jited_prog_insns: machine.address,
    nr_func_info: info.nr_func_info,
    func_info_rec_size: FUNCTION_RECORD,
    func_info: functions.address,
    nr_line_info: info.nr_line_info,
    line_info_rec_size: LINE_RECORD,
    line_info: lines.address,
    nr_jited_ksyms: info.nr_jited_ksyms,
    jited_ksyms: symbols.address,
  })
  const words = (block: Uint8Array<ArrayBuffer>): Uint32Array => new Uint32Array(block.slice().buffer)
  const [functionWords, lineWords] = [words(functions.bytes), words(lines.bytes)]
  return {
    // The kernel takes the addresses away from those who may not see them.
    bytes: filled.xlated_prog_insns === 0n ? new Uint8Array(0) : code.bytes.slice(),
    machineCode: filled.jited_prog_insns === 0n ? new Uint8Array(0) : machine.bytes.slice(),
    functions: Array.from({ length: filled.nr_func_info }, (_, index) => ({
      at: functionWords[index * 2]!,
      type: functionWords[index * 2 + 1]!,
    })),
    lines: Array.from({ length: filled.nr_line_info }, (_, index) => {
      const [at, file, text, place] = lineWords.subarray(index * 4, index * 4 + 4)
      return { at: at!, file: file!, text: text!, line: place! >>> 10, column: place! & 0x3ff }
    }),
    symbols: Array.from(new BigUint64Array(symbols.bytes.slice().buffer, 0, info.nr_jited_ksyms)),
  }
}

function mapIds(bpf: Bpf, fd: number, count: number): number[] {
  if (count === 0) return []
  using scratch = new Scratch(bpf.native)
  const { address, bytes } = scratch.allocate(count * 4)
  objectInfo(bpf, fd, PROG_INFO, PROG_INFO_BYTES, { nr_map_ids: count, map_ids: address })
  return Array.from(new Uint32Array(bytes.slice().buffer))
}

function fullName(
  bpf: Bpf,
  fd: number,
  info: { readonly name: string; readonly btf_id: number; readonly nr_func_info: number },
  source: FactSource,
): string {
  if (info.name.length < LONGEST_NAME || info.btf_id === 0 || info.nr_func_info === 0) return info.name
  const btf = source.btfOf(info.btf_id)
  if (!btf) return info.name
  using scratch = new Scratch(bpf.native)
  const { address, bytes } = scratch.allocate(FUNCTION_RECORD)
  objectInfo(bpf, fd, PROG_INFO, PROG_INFO_BYTES, {
    nr_func_info: 1,
    func_info_rec_size: FUNCTION_RECORD,
    func_info: address,
  })
  const id = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true)
  const type = id > 0 && id <= btf.count ? btf.type(id as TypeId) : undefined
  return type?.kind === "func" ? type.name : info.name
}
