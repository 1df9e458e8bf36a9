import { type Btf, BtfBuilder, type BtfMember, readBtf, type TypeId } from "../../src/btf/index.ts"

/** The BTF object that map-operations.c loads, ids included. */
export function typesOfMapRuns(): Btf {
  const builder = new BtfBuilder()
  const int = (name: string, size: number, encoding: "" | "signed"): TypeId =>
    builder.add({ kind: "int", name, size, encoding, bitOffset: 0, bits: size * 8 })
  const struct = (name: string, size: number, ...members: readonly BtfMember[]): TypeId =>
    builder.add({ kind: "struct", name, size, members })
  const member = (name: string, type: TypeId, bitOffset: number): BtfMember => ({
    name,
    type,
    bitOffset,
    bitSize: 0,
  })
  int("int", 4, "signed")
  const u32 = int("unsigned int", 4, "")
  const u64 = int("unsigned long", 8, "")
  const lock = struct("bpf_spin_lock", 4, member("val", u32, 0))
  struct("locked", 16, member("lock", lock, 0), member("value", u64, 64))
  struct("trie_key", 8, member("prefixlen", u32, 0), member("data", u32, 32))
  struct("cgroup_key", 16, member("cgroup_inode_id", u64, 0), member("attach_type", u32, 64))
  int("short", 2, "signed")
  return readBtf(builder.build())
}
