import {
  Ailments,
  Callers,
  Checks,
  Clock,
  Commands,
  definePlugin,
  Home,
  House,
  OwnDatabase,
  Routes,
  Settled,
} from "hearth";
import { Couriers, Letterbox, Limits, Senders } from "hearth-plugins/letterbox";
import { MemoryWitnesses } from "hearth-plugins/memory";
import { Destinations } from "hearth-plugins/messages";
import { Pictures } from "hearth-plugins/pictures";
import { AgentTools } from "hearth-plugins/tools";
import { accountRoutes } from "./account-routes";
import { Accounts } from "./accounts";
import { adoptUnanswered } from "./adopt";
import { attachment } from "./attachments";
import { believeThread } from "./believe";
import { mailboxCommand } from "./command";
import { Mailboxes } from "./contract";
import { Cursors } from "./cursors";
import { Desk } from "./desk";
import { hasThread, makeFolder } from "./folders";
import { Gate } from "./gate";
import { Given } from "./given";
import { letterRoutes } from "./letter-routes";
import { Letters } from "./letters";
import { Logins } from "./logins";
import { Passwords } from "./passwords";
import { Promises } from "./promises";
import { Received } from "./received";
import { Reception } from "./reception";
import { removeAccount } from "./removal";
import { sendTool } from "./send-tool";
import { Sending } from "./sending";
import { settings } from "./settings";
import { Strays } from "./strays";
import { TakeOver } from "./take-over";
import { FOLDER, Threads, usernameOf } from "./threads";
import { reservedNames } from "./usernames";
import { Writer } from "./writer";

export default definePlugin({
  id: "mailbox",
  summary: "Letters between people who have an account and the agent",
  config: settings,
  requires: {
    home: Home,
    house: House,
    clock: Clock,
    db: OwnDatabase,
    callers: Callers,
    letterbox: Letterbox,
    senders: Senders,
    limits: Limits,
    pictures: Pictures,
  },
  provides: [Mailboxes],

  setup(ctx, { home, house, clock, db, callers, letterbox, senders, limits, pictures }) {
    const { log, config } = ctx;
    const { agentName } = config;
    const reserved = reservedNames(agentName, config.reserved);
    const accounts = new Accounts(db);
    const logins = new Logins(db, clock, {
      seconds: Math.round(config.sessionDays * 86_400),
      most: config.sessionsPerAccount,
    });
    const cursors = new Cursors(db);
    const promises = new Promises(db);
    const received = new Received(db);
    const isPerson = (name: string) => accounts.find(name) !== undefined;
    const threads = new Threads({ home, clock, given: new Given(db), received, isPerson, agentName, log });
    const writer = new Writer({ home, clock, threads, promises, received });
    const strays = new Strays({ home: home.path, accounts, clock });
    const letters = new Letters({ accounts, writer, promises, clock, agentName });
    const gate = new Gate(accounts, logins, senders);
    const passwords = new Passwords();
    const reception = new Reception({
      accounts,
      logins,
      passwords,
      gate,
      senders,
      limits,
      clock,
      reserved,
      loginFailures: config.loginFailures,
      keyTries: config.keyTries,
      hasThread: username => hasThread(home, username),
      makeFolder: username => makeFolder(home, username),
      look: username => threads.index(username),
    });
    const desk = new Desk(threads, cursors);
    const sending = new Sending({ gate, letters, writer, promises, letterbox, senders, pictures });
    const remove = (username: string) => removeAccount({ home, clock, accounts, threads, writer, letterbox }, username);

    ctx.provide(Mailboxes, letters);
    ctx.add(Couriers, letters);
    ctx.add(Destinations, letters);
    ctx.add(AgentTools, sendTool(letters, config.agentLetters));
    ctx.add(Checks, { id: "db:mailbox", run: () => void db.query("select 1").get() });
    ctx.add(Ailments, { id: "mailbox", list: () => [...threads.ailments(), ...strays.ailments()] });
    ctx.add(MemoryWitnesses, { id: FOLDER, records: path => received.of(usernameOf(path) ?? "") });
    ctx.add(Routes, accountRoutes({ reception, gate, logins, callers, remove: ({ username }) => remove(username) }));
    ctx.add(
      Routes,
      letterRoutes({
        gate,
        desk,
        sending,
        callers,
        attachment: (account, wanted, known) => attachment(home, account, wanted, known),
      }),
    );
    const takeOver = new TakeOver({ home, db, clock, accounts, logins, cursors, threads, senders, reserved });
    const adopt = async () => {
      if (house.mode === "serve")
        await adoptUnanswered({ accounts, threads, letters, letterbox, log, signal: ctx.signal });
    };
    const believe = (username: string) => believeThread({ home, threads, received }, username);
    ctx.add(
      Commands,
      mailboxCommand({ accounts, threads, gate, logins, reception, remove, takeOver, adopt, believe, reserved }),
    );

    let adopted = false;
    ctx.on(Settled, () => {
      if (adopted) return;
      adopted = true;
      return adopt();
    });
  },
});
