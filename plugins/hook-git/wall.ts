import type { Wall } from "hearth";
import { Git } from "./git";
import { addressesOf } from "./push";

/** Whether what the agent makes is kept anywhere but on this disk. @param remote as it is set @param home absolute */
export const remoteWall = (remote: string, home: string, env: Readonly<Record<string, string>>): Wall => ({
  id: "git-remote",
  async look() {
    const git = new Git(home, env, AbortSignal.timeout(5000));
    const addresses = await addressesOf(git, remote);
    if (addresses.length > 0) return { state: "ok", what: "each session's work is pushed to another place" };
    return {
      state: "weak",
      what: "what the agent makes is committed, and lies on this disk alone",
      todo: `git -C ${home} remote add ${/^[\w.-]+$/.test(remote) ? remote : "origin"} <address of a private repository>`,
    };
  },
});
