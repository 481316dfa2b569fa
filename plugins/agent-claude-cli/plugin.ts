import { join } from "node:path";
import { Commands, definePlugin, Home, House, Walls } from "hearth";
import { ModelLogins } from "hearth-plugins/gateway";
import { AgentRuntimes, Outfitters } from "hearth-plugins/sessions";
import { Cells } from "./cell";
import { createClaudeCli } from "./claude-cli";
import { foldersIn, runsOfOthers } from "./folders";
import { login } from "./login";
import { reapOrphans } from "./orphans";
import { Settings } from "./settings";
import { storedLogin } from "./stored-login";
import { agentWalls } from "./walls";

/** Bun reads these when Hearth starts, so keys lie in them. */
const envFiles = [".env", ".env.local", ".env.production", ".env.development"];

export default definePlugin({
  id: "agent-claude-cli",
  summary: "The agent as the real Claude Code CLI",
  config: Settings,
  requires: { home: Home, house: House },

  async setup(ctx, { home, house }) {
    const { env } = house;
    const { runAs } = ctx.config;
    const folders = foldersIn(
      house.state,
      runAs !== undefined && process.getuid?.() === 0 ? runsOfOthers(house.state) : undefined,
    );
    const secretFiles = [house.config, ...envFiles.map(name => join(house.root, name))];
    const cells = new Cells({ settings: ctx.config, env, hidden: [house.state, ...secretFiles] });
    const reap = async () => {
      const { ended, left, kept } = await reapOrphans(folders);
      if (ended > 0) ctx.log.warn("ended what an earlier Hearth had left running", { processes: ended, left });
      if (kept.length > 0) ctx.log.warn("transcripts of an earlier Hearth's runs could not be taken back", { kept });
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
        cells,
        home: home.path,
        secretFiles,
        log: ctx.log,
        alone: () => (alone ??= reap()),
        cut: ctx.cut,
        track: (what, closed) => void ctx.track(what, closed),
      }),
    );
    const walls = agentWalls({
      settings: ctx.config,
      cells,
      home: home.path,
      env,
      config: folders.config,
      outfitters: () => ctx.items(Outfitters),
    });
    for (const wall of walls) ctx.add(Walls, wall);
    ctx.add(ModelLogins, storedLogin({ folders, env, executable: ctx.config.executable }, ctx.cut));
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
