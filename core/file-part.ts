import type { FileHandle } from "node:fs/promises";

/** The bytes of an open file from one offset to another; fewer when it ends before. A read of the system may bring less than it was asked for. */
export async function readPart(file: FileHandle, from: number, to: number): Promise<Buffer<ArrayBuffer>> {
  const bytes = Buffer.allocUnsafeSlow(Math.max(0, to - from));
  let held = 0;
  while (held < bytes.length) {
    const { bytesRead } = await file.read(bytes, held, bytes.length - held, from + held);
    if (bytesRead === 0) break;
    held += bytesRead;
  }
  return bytes.subarray(0, held);
}
