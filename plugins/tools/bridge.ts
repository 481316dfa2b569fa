import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { messageOf } from "hearth";

/** Where the tools are served, and how one gets in. */
export interface BridgeOptions {
  readonly url: string;
  /** The service key. */
  readonly key: string;
  readonly signal: AbortSignal;
}

/** Carries messages between a client at stdin and stdout and the daemon's tools, until one of them has gone. Answers why it ended; nothing when the client left. */
export async function bridge({ url, key, signal }: BridgeOptions): Promise<string | undefined> {
  const client = new StdioServerTransport();
  const house = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { authorization: `Bearer ${key}` } },
  });
  const over = Promise.withResolvers<string | undefined>();
  const leave = () => over.resolve(undefined);
  process.stdin.once("end", leave).once("close", leave);
  signal.addEventListener("abort", leave, { once: true });
  connect(client, house, over.resolve);
  await house.start();
  await client.start();
  const why = await over.promise;
  await house.terminateSession().catch(() => {}); // it may be gone
  await house.close();
  await client.close();
  return why;
}

/** Passes each message on to the other side. @param lost called with the reason when the house does not answer */
function connect(
  client: StdioServerTransport,
  house: StreamableHTTPClientTransport,
  lost: (why: string) => void,
): void {
  house.onmessage = message => {
    noteVersion(house, message);
    void client.send(message);
  };
  client.onmessage = message =>
    void house.send(message).catch(async error => {
      const why = `the house does not answer: ${messageOf(error)}`;
      if ("id" in message && "method" in message)
        await client.send({ jsonrpc: "2.0", id: message.id, error: { code: -32000, message: why } });
      lost(why);
    });
}

/** What both agreed on, every later message has to say. */
function noteVersion(house: StreamableHTTPClientTransport, message: JSONRPCMessage): void {
  if (!("result" in message)) return;
  const { protocolVersion } = message.result;
  if (typeof protocolVersion === "string") house.setProtocolVersion(protocolVersion);
}
