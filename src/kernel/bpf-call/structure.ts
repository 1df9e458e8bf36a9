/**
 * Kinds of fields: integers by width, text in place of a fixed length, a pointer to bytes or text, or to an
 * array of integers or of pointers to text.
 */
export type FieldType =
  | "u8"
  | "u16"
  | "u32"
  | "s32"
  | "u64"
  | `text${number}`
  | "pointer"
  | "text"
  | "u32s"
  | "u64s"
  | "texts"

/** A C structure: fields by name, with their offsets. */
export type Structure = Readonly<Record<string, readonly [offset: number, type: FieldType]>>

type ValueOf<Type extends FieldType> = Type extends "u64"
  ? number | bigint
  : Type extends "u8" | "u16" | "u32" | "s32"
    ? number
    : Type extends "pointer"
      ? Uint8Array | bigint
      : Type extends "u32s"
        ? readonly number[]
        : Type extends "u64s"
          ? readonly (number | bigint)[]
          : Type extends "texts"
            ? readonly string[]
            : string

/** Values for some fields of a structure; the others are zero. */
export type Values<S extends Structure> = { readonly [Name in keyof S]?: ValueOf<S[Name][1]> | undefined }

/** Bytes up to the end of the last field that has a value: kernels refuse longer structures than they know. */
export function usedSize<S extends Structure>(structure: S, values: Values<S>): number {
  let end = 0
  for (const [name, [offset, type]] of Object.entries(structure))
    if (values[name] !== undefined) end = Math.max(end, offset + fieldWidth(type))
  return (end + 7) & ~7
}

/** Bytes of a field. */
export function fieldWidth(type: FieldType): number {
  switch (type) {
    case "u8":
      return 1
    case "u16":
      return 2
    case "u32":
    case "s32":
      return 4
    case "u64":
    case "text":
    case "pointer":
    case "u32s":
    case "u64s":
    case "texts":
      return 8
    default:
      return Number(type.slice("text".length))
  }
}
