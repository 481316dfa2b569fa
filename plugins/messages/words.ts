import { badRequest } from "hearth";

/** Words of a message at the most. */
const MOST_WORDS = 1500;

/** The words of a text: what blanks part. @throws HttpError 400 when there are too many */
export function countWords(text: string): number {
  const count = text.match(/\S+/g)?.length ?? 0;
  if (count > MOST_WORDS) throw badRequest(`Message exceeds ${MOST_WORDS} words (submitted: ${count})`);
  return count;
}
