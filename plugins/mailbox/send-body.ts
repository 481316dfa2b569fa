import { formBody, jsonBodyUpTo, limitedBody } from "hearth";
import type { Gate } from "./gate";

/** Bytes of a letter without a picture: as many characters as it may have, each of them escaped as JSON can. */
const TEXT = 768 * 1024;
/** Bytes of a form with a picture. */
const FORM = 6 * 1024 * 1024;

const json = jsonBodyUpTo(TEXT);

/**
 * Reads a letter as it is sent: as JSON, as a form with a picture, or as a plain form.
 * Who sends a form with a picture is asked for their session first, so that a stranger's six megabytes are not read.
 */
export const sendBody =
  (gate: Gate) =>
  ({ request }: { readonly request: Request }): Promise<unknown> => {
    const type = request.headers.get("content-type")?.toLowerCase() ?? "";
    if (type.includes("multipart/form-data")) return multipart(gate, request);
    if (type.includes("application/json")) return json({ request, contentType: "application/json" });
    return plainForm(request);
  };

async function multipart(gate: Gate, request: Request): Promise<unknown> {
  const authorization = request.headers.get("authorization");
  if (authorization === null) return {}; // the missing header is told
  gate.callerOf(authorization);
  const form = await formBody(request, FORM);
  const [message, image] = [form.get("message"), form.get("image")];
  return { message, image: image === "" ? null : image };
}

async function plainForm(request: Request): Promise<unknown> {
  const bytes = await limitedBody(request, TEXT);
  return { message: new URLSearchParams(new TextDecoder().decode(bytes)).get("message") };
}
