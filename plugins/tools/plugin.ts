import { Commands, definePlugin, House, Routes, Secrets, type ServiceKey, serviceKey } from "hearth";
import { audienceFor } from "hearth-plugins/memory";
import { type Outfit, Outfitters, type Outfitting, ToolViews } from "hearth-plugins/sessions";
import { isAllowed } from "./allowed";
import { mcpCommand } from "./command";
import { Connections } from "./connections";
import { AgentTools } from "./contract";
import { Desk } from "./desk";
import { Door } from "./door";
import { Guest } from "./guest";
import { Guests } from "./guests";
import { toolRoutes } from "./routes";
import { settings } from "./settings";

/** As agents' runtimes name what this house serves. */
const NAME = "hearth";
const nameFor = (tool: string) => `mcp__${NAME}__${tool}`;

export default definePlugin({
  id: "tools",
  summary: "Serves the agent's tools over MCP: to its sessions, and to a person with the service key",
  config: settings,
  requires: { house: House, secrets: Secrets },

  setup(ctx, { house, secrets }) {
    const { config, log } = ctx;
    const tools = () => ctx.items(AgentTools);
    const desk = new Desk({
      tools,
      bounds: config,
      redact: text => secrets.redact(text),
      log,
      track: (what, work) => ctx.track(what, work),
    });
    const guests = new Guests();
    let key: ServiceKey | undefined;
    const connections = new Connections(desk);
    const door = new Door({
      port: config.port,
      guests,
      connections,
      key: () => (key ??= serviceKey(house.state, house.env)),
      person: () =>
        new Guest({
          caller: { audience: "all" },
          allowed: config.person,
          note: text => log.info(text, { by: "a person" }),
        }),
      log,
    });
    ctx.own(() => door.close());
    ctx.own(() => connections.closeAll());
    ctx.own(() => guests.close());
    if (house.mode === "serve") door.open();

    const outfit = (session: Outfitting): Outfit | undefined => {
      const allowed = session.settings.agentTools;
      const offered = tools().filter(tool => isAllowed(tool, allowed));
      if (offered.length === 0) return undefined;
      const url = door.open();
      const token = guests.admit(guestOf(session));
      const names = offered.map(({ name }) => name);
      return { tools: { name: NAME, url, token, tools: names }, close: () => guests.dismiss(token) };
    };
    ctx.add(Outfitters, { id: "tools", outfit });
    ctx.add(ToolViews, {
      id: "tools",
      shows: name => tools().some(tool => tool.shown === true && name === nameFor(tool.name)),
    });
    ctx.add(Routes, toolRoutes({ tools, person: config.person, url: () => door.open() }));
    ctx.add(Commands, mcpCommand(house));
  },
});

/** A session's agent, for as long as it runs. What it was told in the sessions that it goes on with, it knows still. */
function guestOf({ id, type, settings: own, signal, note, ...told }: Outfitting): Guest {
  const messages = [...told.messages, ...told.earlier];
  const session = { id, type, settings: own, messages };
  return new Guest({
    caller: { session, audience: audienceFor(session) },
    allowed: own.agentTools,
    signal,
    note,
    called: (tool, input) => told.called(nameFor(tool), input),
  });
}
