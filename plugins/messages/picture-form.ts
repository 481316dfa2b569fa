import { type Form, formBody } from "hearth";
import { MOST_FORM } from "./requests";

/** The fields of a form with a picture; none when the body is no form at all. @throws HttpError as `formBody` */
export async function pictureForm(request: Request): Promise<Readonly<Record<string, unknown>>> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^(multipart\/form-data|application\/x-www-form-urlencoded)\b/i.test(type)) return {};
  return fieldsOf(await formBody(request, MOST_FORM));
}

/** What is not in it is left out, so that it counts as missing; an empty picture does, too. */
function fieldsOf(form: Form): Readonly<Record<string, unknown>> {
  const fields = ["name", "message", "image"].map(name => [name, form.get(name)] as const);
  return Object.fromEntries(fields.filter(([name, value]) => value !== null && !(name === "image" && isEmpty(value))));
}

const isEmpty = (value: unknown): boolean => value === "" || (value instanceof Blob && value.size === 0);
