/** What a JSON text says; undefined when it is none. For what is to be passed over; `jsonFault` knows what is wrong with it. */
export function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The members of a text that is one JSON object; undefined when it is anything else, or no JSON. */
export function jsonObject(text: string): Record<string, unknown> | undefined {
  const value = jsonValue(text);
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
