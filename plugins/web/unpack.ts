import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, inflateRaw } from "node:zlib";
import { ToolRefusal } from "hearth-plugins/tools";
import { tooLarge } from "./request";

type Unpacker = (bytes: Buffer, limit: { maxOutputLength: number }) => Promise<Buffer>;
const deflated = promisify(inflate) as Unpacker;
const rawDeflated = promisify(inflateRaw) as Unpacker;

const unpackers: Readonly<Record<string, Unpacker>> = {
  gzip: promisify(gunzip) as Unpacker,
  "x-gzip": promisify(gunzip) as Unpacker,
  br: promisify(brotliDecompress) as Unpacker,
  // The standard means zlib; some servers send it bare.
  deflate: (bytes, limit) => ((bytes[0]! & 0x0f) === 8 ? deflated(bytes, limit) : rawDeflated(bytes, limit)),
};

/** Unpacks a body as its header says, up to a size. @throws ToolRefusal when it grows beyond, or cannot be unpacked */
export async function unpack(body: Buffer, encoding: string | undefined, mostBytes: number): Promise<Buffer> {
  const steps = (encoding ?? "")
    .toLowerCase()
    .split(",")
    .map(step => step.trim())
    .filter(step => step !== "" && step !== "identity");
  if (steps.length > 1 || (steps[0] !== undefined && !unpackers[steps[0]]))
    throw new ToolRefusal(`the page is packed as "${steps.join(", ").slice(0, 60)}", which cannot be read`);
  const unpacker = unpackers[steps[0] ?? ""];
  if (!unpacker || body.length === 0) return body;
  try {
    return await unpacker(body, { maxOutputLength: mostBytes });
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(mostBytes);
    throw new ToolRefusal("the page is packed, and cannot be unpacked");
  }
}
