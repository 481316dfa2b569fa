/** How one hook of a run ended. */
export interface Report {
  readonly ok: boolean;
}
export interface RunOptions {
  readonly key?: string;
}
