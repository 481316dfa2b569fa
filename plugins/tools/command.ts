import { type Command, callDaemon, type House, serviceKey } from "hearth";
import { ToolList } from "./shapes";

/** `hearth mcp` */
export const mcpCommand = (house: House): Command => ({
  id: "mcp",
  usage: "",
  summary: "the agent's tools for an MCP client of your own, over stdin and stdout; Hearth has to run",
  here: true,
  async run(args, { signal }) {
    if (args.length > 0) return complain("mcp takes no arguments; an MCP client runs it and talks with it", 2);
    const response = await callDaemon(house, "GET", "/tools");
    if (!response) return complain("Hearth does not run here; `bun run start` starts it", 1);
    if (!response.ok) return complain(`Hearth refused: ${response.status} ${await response.text()}`, 1);
    const { url } = ToolList.parse(await response.json());
    const { bridge } = await import("./bridge");
    const why = await bridge({ url, key: serviceKey(house.state, house.env).value, signal });
    return why === undefined ? 0 : complain(why, 1);
  },
});

/** On stderr: stdout belongs to the client. */
function complain(text: string, code: number): number {
  process.stderr.write(`${text}\n`);
  return code;
}
