/** What an input device tells: `type` and `code` as in linux/input-event-codes.h. Synchronisation is left out. */
export interface InputEvent {
  readonly type: number
  readonly code: number
  readonly value: number
}

/** An infrared receiver that sees what it sends itself. */
export interface WorldReceiver extends Disposable {
  readonly device: string
  /** Sends light and darkness in turn, in microseconds, beginning and ending with light. Throws SystemCallError. */
  send(durations: readonly number[]): void
  /** What its input device has told since the last time. */
  events(): readonly InputEvent[]
  close(): void
}
