import { heavyWork } from "hearth";
import type { Frame, Size } from "./bare";
import { noPicture } from "./refusals";

/** What `Bun.Image` says of a file that is none, is broken, or is too large. All else is no fault of the sender. */
const senders = new Set([
  "ERR_IMAGE_DECODE_FAILED",
  "ERR_IMAGE_UNKNOWN_FORMAT",
  "ERR_IMAGE_FORMAT_UNSUPPORTED",
  "ERR_IMAGE_TOO_MANY_PIXELS",
]);

/**
 * Decodes a file away from the main thread, and hands it on as it is asked to.
 * @param prepare says how it is to be turned, and what is to be made of it
 * @throws HttpError 400 when it cannot be decoded or has too many pixels, which is known before there is room for them
 */
export async function decoded(
  file: Uint8Array<ArrayBuffer>,
  maxPixels: number,
  prepare: (image: Bun.Image) => Bun.Image,
): Promise<Size & { readonly bytes: Uint8Array<ArrayBuffer> }> {
  try {
    const image = prepare(new Bun.Image(file, { maxPixels, autoOrient: false }));
    const bytes = (await heavyWork(() => image.bytes())) as Uint8Array<ArrayBuffer>; // never a shared one
    return { bytes, width: image.width, height: image.height };
  } catch (error) {
    throw senders.has((error as { code?: string }).code ?? "") ? noPicture() : error;
  }
}

/** Decodes a frame to see that it can be. @throws HttpError 400 when it cannot, or is larger than it says */
export async function checkFrame({ bytes, width, height }: Frame): Promise<void> {
  await decoded(bytes, width * height, image => image.resize(1, 1, { filter: "nearest" }).png());
}
