import { ObjectError, RelocationError } from "../../base/index.ts"
import { type ObjectSpec, readObject } from "../../object/index.ts"
import type { Io } from "../io.ts"

/** Reads an object file; what is wrong with it is reported with its path in front. */
export async function openObject(path: string, io: Io): Promise<{ object: ObjectSpec; size: number }> {
  const bytes = await io.readFile(path)
  try {
    return { object: readObject(bytes, { name: path }), size: bytes.length }
  } catch (error) {
    if (!(error instanceof ObjectError || error instanceof RelocationError)) throw error
    const { hint, errno } = error
    const Named = error instanceof ObjectError ? ObjectError : RelocationError
    throw new Named(`${path}: ${error.message}`, {
      cause: error,
      ...(hint !== undefined && { hint }),
      ...(errno !== undefined && { errno }),
    })
  }
}
