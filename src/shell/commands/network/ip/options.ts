export interface IpOptions {
  readonly isDetailed: boolean
  readonly isBrief: boolean
  readonly isForced: boolean
  readonly family: 4 | 6 | undefined
}
