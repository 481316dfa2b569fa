import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Draft, HearthError } from "hearth";

const NAME = "letterbox.secret";
const LENGTH = 32;

/**
 * What fingerprints of keys are made with: so that who has seen a fingerprint can try no keys against it. Kept in the state folder
 * (mode 0600), made at the first start.
 * @throws HearthError CONFIG when the file is damaged: with another secret, no fingerprint of before would be known again
 */
export async function keySecret(state: string): Promise<Buffer> {
  const file = join(state, NAME);
  const kept = await readIfThere(file);
  if (kept === undefined) return makeSecret(state, file);
  const secret = Buffer.from(kept.trim(), "base64url");
  if (secret.length === LENGTH) return secret;
  throw new HearthError(
    "CONFIG",
    `${file} is damaged; put it back from a backup, or delete it: then the accounts and allowances of all keys are forgotten`,
  );
}

/** Of two processes that make it at once, one succeeds, and both have its secret. */
async function makeSecret(state: string, file: string): Promise<Buffer> {
  await using draft = await Draft.in(state, `${randomBytes(LENGTH).toString("base64url")}\n`, 0o600);
  await draft.publish(NAME);
  return Buffer.from((await readFile(file, "utf8")).trim(), "base64url");
}

const readIfThere = (file: string): Promise<string | undefined> =>
  readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
