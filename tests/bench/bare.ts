/** The least that Bun can do: the same answer, without a router, a key or a log. Prints its address. */
const value = JSON.parse(process.argv[2]!);
const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => Response.json(value) });
console.log(`http://127.0.0.1:${server.port}`);
