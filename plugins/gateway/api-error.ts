/** Kinds of errors as the Messages API names them, each with its status. */
const statuses = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  api_error: 502,
} as const;

/** A call that is answered here. Clients of the API understand it, and none tries again what would be refused again. */
export class Refused extends Error {
  constructor(
    readonly type: keyof typeof statuses,
    message: string,
    /** Whether it may go better the next time. */
    readonly passing = false,
  ) {
    super(message);
  }
}

/** A refusal in the API's own form. */
export function refusal({ type, message, passing }: Refused): Response {
  const body = { type: "error", error: { type, message: `Hearth: ${message}` } };
  const headers = passing ? undefined : { "x-should-retry": "false" };
  return Response.json(body, { status: statuses[type], ...(headers && { headers }) });
}
