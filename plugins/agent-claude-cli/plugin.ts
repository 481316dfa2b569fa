import { join } from "node:path";
import { Commands, definePlugin, House, Walls } from "hearth";
import { AgentRuntimes, Outfitters } from "hearth-plugins/sessions";
import { createClaudeCli } from "./claude-cli";
import { foldersIn } from "./folders";
import { login } from "./login";
import { reapOrphans } from "./orphans";
import { Settings } from "./settings";
import { agentWalls } from "./walls";

/** Bun reads these when Hearth starts, so keys lie in them. */
const envFiles = [".env", ".env.local", ".env.production", ".env.development"];

export default definePlugin({
  id: "agent-claude-cli",
  summary: "The agent as the real Claude Code CLI",
  config: Settings,
  requires: { house: House },

  async setup(ctx, { house }) {
    const { env } = house;
    const folders = foldersIn(house.state);
    const reap = async () => {
      const { ended, left } = await reapOrphans(folders);
      if (ended > 0) ctx.log.warn("ended what an earlier Hearth had left running", { processes: ended, left });
    };
    // A command that only looks does not have the state folder for itself; one that wakes has.
    let alone = house.mode === "serve" ? reap() : undefined;
    await alone;
    ctx.add(
      AgentRuntimes,
      createClaudeCli({
        folders,
        env,
        settings: ctx.config,
        secretFiles: [house.config, ...envFiles.map(name => join(house.root, name))],
        log: ctx.log,
        alone: () => (alone ??= reap()),
        cut: ctx.cut,
        track: (what, closed) => void ctx.track(what, closed),
      }),
    );
    const walls = agentWalls({
      settings: ctx.config,
      env,
      config: folders.config,
      outfitters: () => ctx.items(Outfitters),
    });
    for (const wall of walls) ctx.add(Walls, wall);
    ctx.add(Commands, {
      id: "login",
      usage: "[--console] [--sso] [--email <address>]",
      summary: "Log in to Claude; the login is kept in the state folder, apart from your own",
      here: true,
      run: args => login({ folders, env, executable: ctx.config.executable, args }),
    });
  },
});

export { login } from "./login";
