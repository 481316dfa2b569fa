/** Who watches an answer pass. */
export interface Watcher {
  bytes(chunk: Uint8Array): void;
  /** Called once: at the end, at a break, or when the client has gone. */
  over(): void;
}

/** A body that passes on each piece the moment it comes, and lets somebody watch. Reads no faster than its reader. */
export function passing(body: ReadableStream<Uint8Array>, watcher: Watcher): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let isOver = false;
  const over = () => {
    if (!isOver) watcher.over();
    isOver = true;
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) {
            controller.enqueue(value);
            return watcher.bytes(value);
          }
          over();
          controller.close();
        } catch {
          over();
          controller.error(); // without a reason: Bun prints one
        }
      },
      async cancel() {
        over();
        await reader.cancel().catch(() => {});
      },
    },
    { highWaterMark: 0 },
  );
}
