/** Names of objects, maps and programs in the kernel have at most 15 characters (BPF_OBJ_NAME_LEN with its NUL). */
const LONGEST = 15

/** The object's name from its file name: up to the first dot, cut to 15 characters; "object" when nothing is left. */
export function objectName(fileName: string | undefined): string {
  const base = (fileName ?? "").split("/").at(-1) ?? ""
  const dot = base.slice(0, LONGEST).indexOf(".")
  return (dot < 0 ? base.slice(0, LONGEST) : base.slice(0, dot)) || "object"
}

/**
 * The name of a data section's map (libbpf's `bpf_map__name`). ".data.custom" is its own name; ".bss" of
 * "my_object_name" is "my_objec.bss": what fits into 15 characters, with room for seven of the section.
 */
export function dataMapName(object: string, section: string): string {
  if (section.startsWith(".data.") || section.startsWith(".rodata.")) return section
  const suffixLength = Math.min(LONGEST, Math.max(7, section.length))
  const isCustom = section.indexOf(".", 1) >= 0
  const prefix = isCustom ? "" : object.slice(0, LONGEST - suffixLength)
  return kernelName(`${prefix}${section.slice(0, suffixLength)}`)
}

/** A map's or program's name as the kernel gets it: 15 characters, what is not allowed in them replaced by "_". */
export function kernelName(name: string): string {
  return name.slice(0, LONGEST).replace(/[^A-Za-z0-9_.]/g, "_")
}
