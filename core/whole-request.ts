const waiting = new WeakMap<Request, () => void>();

/** Has something done when the request is there with all of its body: at once when it has none. */
export function onceWhole(request: Request, then: () => void): void {
  const { headers } = request;
  if (headers.has("transfer-encoding") || Number(headers.get("content-length") ?? 0) > 0) waiting.set(request, then);
  else then();
}

/** Tells that a request's body was read to its end. */
export function isWhole(request: Request): void {
  waiting.get(request)?.();
}
