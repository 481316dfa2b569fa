import { badRequest, HttpError } from "hearth";
import { frontMatter } from "hearth-plugins/content";
import type { Gift } from "./requests";

/** What may be given. */
export const giftTypes = [
  "text/markdown",
  "text/plain",
  "image/png",
  "image/jpeg",
  "image/gif",
  "text/html",
  "text/x-python",
] as const;

/** Bytes of one gift at the most, whatever it is. */
const LARGEST = 2 * 1024 * 1024;

/** A gift as it comes to lie in the home. */
export interface GiftFiles {
  readonly main: string | Uint8Array;
  /** The text about it, for what cannot hold any itself. */
  readonly companion?: string;
}

/**
 * The files of a gift. What is prose carries title and giver at its head; what is a picture, a page or a program stays as it is.
 * @param day YYYY-MM-DD
 * @throws HttpError 400 for what is not base64, 413 for what is too large
 */
export function giftFiles(gift: Gift, day: string): GiftFiles {
  const { title, contentType, from, description, content } = gift;
  const bytes = contentType.startsWith("image/") ? fromBase64(content) : content;
  if (Buffer.byteLength(bytes) > LARGEST) throw tooLarge();
  const head = frontMatter({ date: day, title, type: contentType, from: from || undefined });
  if (contentType === "text/markdown" || contentType === "text/plain")
    return { main: `${head}\n${description ? `${quoted(description)}\n\n` : ""}${content}` };
  return { main: bytes, companion: description ? `${head}\n${description}\n` : head };
}

/** Line breaks in it are fine, anything else that is not base64 is not. */
function fromBase64(text: string): Uint8Array {
  const bare = text.replace(/[ \t\r\n]+/g, "");
  if (bare.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(bare)) throw badRequest("Invalid base64 content");
  return Buffer.from(bare, "base64");
}

const quoted = (text: string) =>
  text
    .split(/\r\n?|\n/)
    .map(line => `> ${line}`.trimEnd())
    .join("\n");

const tooLarge = () => new HttpError(413, "File too large (max 2MB)");
