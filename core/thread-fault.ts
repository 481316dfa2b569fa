/** An error on its way out of a thread: its class is gone there, so its name goes along. */
export interface ThreadFault {
  readonly message: string;
  /** The name of its class. */
  readonly kind: string;
  /** That of SQLite or of the file system. */
  readonly code?: string;
}

/** What can be told of an error outside its thread. */
export function threadFault(thrown: unknown): ThreadFault {
  const error: Error & { code?: unknown } = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { message, code } = error;
  return { message, kind: error.constructor.name, ...(typeof code === "string" && { code }) };
}

/** The error that a fault was, of one of these classes or an `Error`. */
export function errorOfFault(
  { message, kind, code }: ThreadFault,
  classes: readonly (new (message: string) => Error)[],
): Error {
  const Fault = classes.find(({ name }) => name === kind) ?? Error;
  return Object.assign(new Fault(message), code && { code });
}
