import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { type Home, HttpError, inside, notFound } from "hearth";
import type { Account } from "./contract";
import { attachmentsPath } from "./writer";

const types: Readonly<Record<string, string>> = {
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".png": "image/png",
  ".gif": "image/gif",
  ".webp": "image/webp",
};

/** Names that a header can have as they are; no hidden files. */
const plainName = /^\w[\w.-]{0,199}$/;

/** A picture of somebody's own thread. @throws HttpError 403 for another's, 404 for what is not there or is no file of that folder */
export async function attachment(
  home: Home,
  { username }: Account,
  wanted: { readonly username: string; readonly filename: string },
  known: string | null,
): Promise<Response> {
  if (wanted.username !== username) throw new HttpError(403, "Access denied");
  const file = await fileIn(home, username, wanted.filename);
  const headers = {
    etag: `"${file.size.toString(36)}-${Math.floor(file.mtimeMs).toString(36)}"`,
    "cache-control": "private, max-age=86400",
    "x-content-type-options": "nosniff",
    "content-disposition": `inline; filename="${wanted.filename}"`,
  };
  if (known?.split(",").some(one => one.trim().replace(/^W\//, "") === headers.etag))
    return new Response(null, { status: 304, headers });
  const type = types[extname(wanted.filename).toLowerCase()] ?? "application/octet-stream";
  return new Response(Bun.file(file.path), { headers: { ...headers, "content-type": type } });
}

async function fileIn(home: Home, username: string, filename: string) {
  const missing = () => notFound("Attachment not found");
  if (!plainName.test(filename)) throw missing();
  const found = await lookedAt(home, username, filename).catch(() => undefined);
  if (!found) throw missing();
  return found;
}

/** Nothing for what is no regular file. Throws for what is not there, or leads elsewhere. */
async function lookedAt(home: Home, username: string, filename: string) {
  const path = await inside(await home.resolve(attachmentsPath(username)), filename);
  const info = await stat(path);
  return info.isFile() ? { path, size: info.size, mtimeMs: info.mtimeMs } : undefined;
}
