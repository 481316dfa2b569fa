import { service } from "hearth";

/**
 * A picture that is safe to keep: decoded, turned upright, and written anew without anything but its pixels.
 * Of one that moves, the frames are decoded too, but kept as they came, without what was around them.
 */
export interface Picture {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** By its content, never by what the sender called it. */
  readonly mime: "image/jpeg" | "image/png" | "image/gif" | "image/webp";
  /** With its dot: ".jpg". */
  readonly extension: ".jpg" | ".png" | ".gif" | ".webp";
  readonly width: number;
  readonly height: number;
}

export interface Pictures {
  /** Bytes of an upload at the most. */
  readonly maxBytes: number;
  /**
   * Cleans an upload, away from the main thread, some at a time.
   * @param longest pixels of the longer side: a still picture that is larger is made smaller; it keeps its size when left out
   * @throws HttpError 400 in the words of the contract: too large, no picture, another format; 503 when too many wait
   */
  clean(upload: Uint8Array<ArrayBuffer>, longest?: number): Promise<Picture>;
}
export const Pictures = service<Pictures>("pictures");
