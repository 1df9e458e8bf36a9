import { decodeUtf8, encodeUtf8, errnoNumber } from "../../base/index.ts"

/** One sysctl: how it is shown, and what may be written. */
export interface Sysctl {
  /** "net/ipv4/ip_forward". */
  readonly name: string
  readonly mode: number
  /** As a program or `cat` gets it, with the line's end. */
  show(): string
  /** 0 or a negative errno. */
  store(text: string): number
}

const EINVAL = -errnoNumber("EINVAL")
const READ_ONLY = 0o444
const WRITABLE = 0o644

export interface SysctlHost {
  text: string
}

/** A text of at most `size` bytes, its NUL included; longer ones are cut. */
export function textSysctl(name: string, host: SysctlHost, size: number, isWritable: boolean): Sysctl {
  return {
    name,
    mode: isWritable ? WRITABLE : READ_ONLY,
    show: () => `${host.text}\n`,
    store(text) {
      const line = /^[^\n\0]*/.exec(text)?.[0] ?? ""
      host.text = decodeUtf8(encodeUtf8(line).subarray(0, size - 1))
      return 0
    },
  }
}

/** A text that follows from what else there is; nobody writes it. */
export function shownSysctl(name: string, text: () => string): Sysctl {
  return { name, mode: READ_ONLY, show: () => `${text()}\n`, store: () => EINVAL }
}

export interface NumberRange {
  readonly least: number
  readonly most: number
}

export const ANY_INT: NumberRange = { least: -(2 ** 31), most: 2 ** 31 - 1 }

/** One number, or several with tabs between. What is written starts with as many of them as it likes. */
export function numberSysctl(name: string, values: number[], { least, most }: NumberRange = ANY_INT): Sysctl {
  return {
    name,
    mode: WRITABLE,
    show: () => `${values.join("\t")}\n`,
    store(text) {
      const words = text.split(/[\s\0]+/).filter(word => word !== "")
      const numbers = words.slice(0, values.length).map(parseNumber)
      if (numbers.length === 0 || numbers.some(number => !(number >= least && number <= most))) return EINVAL
      numbers.forEach((number, index) => {
        values[index] = number
      })
      return 0
    },
  }
}

/** As strtoul with base 0 takes it, and a minus. */
function parseNumber(word: string): number {
  const [, minus, hex, octal, decimal] = /^(-?)(?:0x([\da-f]+)|(0[0-7]*)|([1-9]\d*))$/i.exec(word) ?? []
  const value =
    hex !== undefined
      ? Number.parseInt(hex, 16)
      : octal !== undefined
        ? Number.parseInt(octal, 8)
        : Number(decimal)
  return minus ? -value : value
}

/** One word out of those that the kernel knows. */
export function choiceSysctl(name: string, host: SysctlHost, choices: () => readonly string[]): Sysctl {
  return {
    name,
    mode: WRITABLE,
    show: () => `${host.text}\n`,
    store(text) {
      const wanted = text.trim()
      if (!choices().includes(wanted)) return -errnoNumber("ENOENT")
      host.text = wanted
      return 0
    },
  }
}
