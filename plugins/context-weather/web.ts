/** Asks a URL for its text. Throws, with a reason for people, when there is no good answer in time. */
export type Ask = (url: string, signal: AbortSignal) => Promise<string>;

/** Bytes of an answer at the most. A day's forecast has about 60,000. */
const LARGEST = 2 ** 20;

/**
 * Asks with a time limit of its own, and follows no redirect: where to ask is the keeper's decision, not the answer's.
 * @param timeout seconds
 */
export const asking =
  (timeout: number, userAgent: string): Ask =>
  async (url, signal) => {
    const answer = await fetch(url, {
      headers: { "user-agent": userAgent },
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeout * 1000)]),
    });
    if (!answer.ok) throw new Error(`${new URL(url).host} answered ${answer.status}`);
    return textWithin(answer, LARGEST);
  };

/** An answer's text; stops reading and throws when it is longer than it may be. */
async function textWithin(answer: Response, bytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let read = 0;
  for await (const chunk of answer.body ?? []) {
    read += chunk.byteLength;
    if (read > bytes) throw new Error(`${new URL(answer.url).host} answered with more than ${bytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Text from outside as one short line, so that it cannot look like more than it is; undefined when it is blank. */
export const asLine = (text: string, longest = 120): string | undefined =>
  text
    .replace(/[\s\p{C}]+/gu, " ")
    .trim()
    .slice(0, longest) || undefined;
