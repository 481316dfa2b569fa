import type { Git } from "./git";
import { commitOf } from "./repository";

/** Who signs commits when the repository names nobody. */
export interface Author {
  readonly name: string;
  readonly email: string;
}

/** Commits the index as it is. @returns the commit's short id */
export async function commitStaged(git: Git, subject: string, trailer: string, author: Author): Promise<string> {
  const message = trailer ? `${subject}\n\n${trailer}\n` : `${subject}\n`;
  const identity = await identityFor(git, author);
  const call = [...identity, "commit", "--quiet", "--no-verify", "--cleanup=verbatim", "--file=-"];
  await git.bytes(call, { input: message });
  return (await commitOf(git, "HEAD"))!.slice(0, 7);
}

async function identityFor(git: Git, { name, email }: Author): Promise<string[]> {
  const isSet = async (key: string) => (await git.run(["config", "--get", key])).out.toString().trim() !== "";
  return [
    ...((await isSet("user.name")) ? [] : ["-c", `user.name=${name}`]),
    ...((await isSet("user.email")) ? [] : ["-c", `user.email=${email}`]),
  ];
}
