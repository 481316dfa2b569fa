/**
 * Opens many event streams and prints `open` when all are there; then, for the first event after that, the times at which the first and
 * the last client have it:
 * `bun streams.ts <host> <port> <path> <key> <clients>`.
 */
const [host = "", port = "", path = "", key = "", clients = "1000"] = process.argv.slice(2);
const request = `GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nX-API-Key: ${key}\r\n\r\n`;
let open = 0;
let got = 0;
let first = 0;
const now = () => performance.timeOrigin + performance.now();

for (let n = 0; n < Number(clients); n++)
  await Bun.connect({
    hostname: host,
    port: Number(port),
    socket: {
      open: socket => void socket.write(request),
      data(_, data) {
        const text = data.toString();
        if (text.includes("retry:") && ++open === Number(clients)) console.log("open");
        if (!text.includes("thought.created")) return;
        first ||= now();
        if (++got < Number(clients)) return;
        console.log(JSON.stringify({ first, last: now() }));
        process.exit(0);
      },
    },
  });

export {};
