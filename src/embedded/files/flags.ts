/** Flags of open(2); O_DIRECTORY is one of the architecture. */
export const O_RDONLY = 0
export const O_WRONLY = 1
export const O_RDWR = 2
export const O_CREAT = 0o100
export const O_EXCL = 0o200
export const O_TRUNC = 0o1000
export const O_APPEND = 0o2000
/** __FMODE_EXEC: the file is opened to be executed. */
/** In the mode of an open file: it was made by this open; there is a way to read it. */
export const FMODE_CREATED = 0x10_0000
export const FMODE_CAN_READ = 0x2_0000
export const FMODE_EXEC = 0x20
