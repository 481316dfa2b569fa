/** An answer that is not 2xx, thrown by a route on purpose. The body is `{"detail": …}`, as clients of this API expect. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    /** For people; goes out as it is. */
    readonly detail: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.name = "HttpError";
  }
}

/** 404: what was asked for is not there. */
export const notFound = (detail: string): HttpError => new HttpError(404, detail);
/** 400: the request makes no sense. */
export const badRequest = (detail: string): HttpError => new HttpError(400, detail);
