import type { z } from "zod";
import { isHiddenPath, segmentsOf } from "./hidden";
import { Refused, readHomeFile } from "./home-file";
import type { RawFile as Shape } from "./home-shapes";
import { extensionOf, isBinary, mimeTypeOf } from "./mime-type";

/** Bytes of a file at the most. */
export const LARGEST_RAW = 1_048_576;

export type RawFile = z.output<typeof Shape>;

/**
 * A file of a tree, with its text, or its bytes as base64.
 * @param folder a folder of the home
 * @param path in the folder; what leads out of it, and what its tree hides, is refused
 * @throws Refused
 */
export async function readRawFile(home: string, folder: string, path: string): Promise<RawFile> {
  if (isForbidden(path)) throw new Refused("outside");
  const name = segmentsOf(path).at(-1);
  if (name === undefined) throw new Refused("no file");
  const allows = (real: string) => !isHiddenPath(real);
  const { bytes } = await readHomeFile(home, folder, path, { largest: LARGEST_RAW, allows });
  return {
    path,
    content: isBinary(name) ? bytes.toString("base64") : textOf(bytes),
    size: bytes.length,
    extension: extensionOf(name),
    mime_type: mimeTypeOf(name),
    is_binary: isBinary(name),
  };
}

const isForbidden = (path: string): boolean =>
  path.includes("\0") || path.includes("..") || path.startsWith("/") || isHiddenPath(path);

/** Bytes as text with "\n" as its line end; what is not UTF-8 becomes U+FFFD. */
const textOf = (bytes: Uint8Array): string =>
  new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes).replace(/\r\n?/g, "\n");
