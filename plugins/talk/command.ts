import { type Command, type House, UsageError } from "hearth";
import { talkDoor } from "./door";
import { talk } from "./talk";

/** `hearth talk`. It talks with the terminal, so it runs beside the daemon and goes through its door. */
export const talkCommand = (house: House): Command => ({
  id: "talk",
  usage: "",
  summary: "a talk with the agent at this terminal, turn by turn; Hearth has to run. /end or Ctrl-D ends it",
  here: true,
  run(args, io) {
    if (args.length > 0) throw new UsageError("talk takes no arguments; what you say is typed");
    const lines = console[Symbol.asyncIterator]();
    return talk(talkDoor(house), { lines, ask: () => void (process.stdin.isTTY && process.stdout.write("> ")) }, io);
  },
});
