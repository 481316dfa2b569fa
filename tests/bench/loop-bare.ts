/** A process that does nothing but watch its loop: what the machine itself takes. Prints its address; answers what it saw since it was asked before. */
import { LoopWatch } from "./loop";

const watch = new LoopWatch();
const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => Response.json(watch.take()) });
console.log(`http://127.0.0.1:${server.port}`);
