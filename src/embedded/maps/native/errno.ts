// Answers of map operations, for TypeScript and AssemblyScript.

export const ENOENT = 2
export const E2BIG = 7
export const EAGAIN = 11
export const ENOMEM = 12
export const EEXIST = 17
export const EINVAL = 22
