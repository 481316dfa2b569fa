import { badRequest, HttpError } from "./http-error";
import { isWhole } from "./whole-request";

/** Seconds that a body may take to come. */
const SECONDS = 30;

/**
 * Reads a body of at most so many bytes. One that says that it is longer is refused before it is read, one that turns out to be longer, while it is.
 * A connection whose body was not read to its end is closed: what still comes on it is nobody's.
 * @param seconds that it may take
 * @throws HttpError 413 for one that is too long, 408 for one that does not end in time, 400 for one that is cut off
 */
export async function limitedBody(request: Request, most: number, seconds = SECONDS): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(request.headers.get("content-length") ?? 0) > most) throw tooLong(most);
  if (!request.body) return new Uint8Array();
  const reader = request.body.getReader();
  const late = AbortSignal.timeout(seconds * 1000);
  const cut = () => void reader.cancel().catch(() => {});
  late.addEventListener("abort", cut, { once: true });
  try {
    const bytes = await bytesOf(reader, most);
    if (late.aborted) throw new HttpError(408, `The body did not end within ${seconds} seconds`, CLOSE);
    isWhole(request);
    return bytes;
  } catch (error) {
    cut();
    throw error;
  } finally {
    late.removeEventListener("abort", cut);
  }
}

type Read = { readonly done: false; readonly value: Uint8Array } | { readonly done: true };
interface Reader {
  read(): Promise<Read>;
}

async function bytesOf(reader: Reader, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let read = await next(reader, most); !read.done; read = await next(reader, most)) {
    size += read.value.byteLength;
    if (size > most) throw tooLong(most);
    chunks.push(read.value);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

async function next(reader: Reader, most: number): Promise<Read> {
  try {
    return await reader.read();
  } catch (error) {
    if (String(error).includes("maxRequestBodySize")) throw tooLong(most); // the server's own limit is lower
    throw new HttpError(400, "The body was cut off", CLOSE);
  }
}

/** A form as Bun reads it: texts and files. */
export type Form = Awaited<ReturnType<Response["formData"]>>;

/** Bytes of a text in a form at the most. */
const PART = 1024 * 1024;

/**
 * Reads a body as a form, with or without files, of at most so many bytes in all.
 * @throws HttpError 400 for what is none, and for one with a text of more than 1 MiB; as `limitedBody`
 */
export async function formBody(request: Request, most: number): Promise<Form> {
  const form = await formIn(await limitedBody(request, most), request.headers.get("content-type") ?? "");
  for (const [, value] of form)
    if (typeof value === "string" && Buffer.byteLength(value) > PART)
      throw badRequest("Part exceeded maximum size of 1024KB.");
  return form;
}

async function formIn(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<Form> {
  try {
    return await new Response(bytes, { headers: { "content-type": type } }).formData();
  } catch {
    throw badRequest("There was an error parsing the body");
  }
}

const CLOSE = { connection: "close" };
const tooLong = (most: number) => new HttpError(413, `The body is longer than ${most} bytes`, CLOSE);
