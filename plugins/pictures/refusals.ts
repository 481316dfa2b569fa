import { badRequest, HttpError } from "hearth";

const MEGABYTE = 1024 * 1024;
const megabytes = (bytes: number) => (bytes / MEGABYTE).toFixed(1);

/** 400: it cannot be read as a picture, or has more pixels than anybody should unpack. */
export const noPicture = (): HttpError => badRequest("Invalid or corrupt image file");

/** 400: a picture, but of a format that is not taken. @param format in capitals */
export const otherFormat = (format: string): HttpError =>
  badRequest(`Unsupported image format: ${format}. Allowed: JPEG, PNG, GIF, WEBP`);

/** 400: more bytes than are taken, or more than it could be brought down to. */
export const tooLarge = (bytes: number, most: number): HttpError =>
  badRequest(`Image exceeds ${megabytes(most).replace(/\.0$/, "")} MB limit (${megabytes(bytes)} MB)`);

/** 503: as many as may wait do. */
export const tooMany = (): HttpError =>
  new HttpError(503, "Too many pictures are waiting; try again in a moment", { "retry-after": "1" });
