import type { Clock } from "hearth";
import type { Outfit, Outfitter, Outfitting } from "hearth-plugins/sessions";
import type { Accounts } from "./accounts";
import type { Entrance } from "./entrance";
import { stoppedText } from "./gate";
import type { KeyRing } from "./key-ring";
import type { Ledger } from "./ledger";
import { inWords, scopesOf, sessionScope } from "./limits";
import type { MainSwitch } from "./main-switch";
import { Seat } from "./seat";
import type { Seats } from "./seats";
import type { Settings } from "./settings";

export interface ReceptionOptions {
  readonly settings: Settings;
  readonly entrance: Entrance;
  readonly seats: Seats;
  readonly accounts: Accounts;
  readonly ledger: Ledger;
  readonly mainSwitch: MainSwitch;
  readonly clock: Clock;
  readonly keys: Pick<KeyRing, "lacks">;
  /** Done before a session begins. */
  settleLost(): void;
  /** Hears of each session until its agent has ended: as long, the way to the model has to stay. */
  track(what: string, over: Promise<void>): void;
}

const MINUTE = 60_000;

/** Gives each session its way to the model. */
export class Reception implements Outfitter {
  readonly id = "gateway";
  readonly #options: ReceptionOptions;
  readonly #leaving = new Set<() => void>();

  constructor(options: ReceptionOptions) {
    this.#options = options;
  }

  lacks(): string | undefined {
    return this.#options.keys.lacks();
  }

  outfit(session: Outfitting): Outfit | undefined {
    if (session.takesAccess === false) return;
    const lacking = this.lacks();
    if (lacking !== undefined) throw new Error(lacking);
    this.#options.settleLost();
    const { accounts, seats, entrance } = this.#options;
    const account = accounts.begin(session.id, session.type, session.resumes);
    const seat = new Seat(session, account, why => accounts.stopped(session.id, why));
    const token = seats.add(seat);
    const callOff = this.#setAlarm(seat);
    this.#refuseEarly(seat);
    const over = Promise.withResolvers<void>();
    this.#options.track(`the way to the model of session ${session.id}`, over.promise);
    const close = () => {
      this.#leaving.delete(close);
      callOff();
      seats.remove(seat);
      seat.close();
      accounts.end(session.id);
      over.resolve();
    };
    this.#leaving.add(close);
    return { access: { baseUrl: entrance.url(), token }, close: () => void (this.#leaving.has(close) && close()) };
  }

  /** Ends the way of all who are still there. */
  close(): void {
    for (const close of this.#leaving) close();
  }

  /** Where it is plain that no call will go, the agent need not begin. */
  #refuseEarly(seat: Seat): void {
    const { mainSwitch, ledger, settings } = this.#options;
    const stopped = mainSwitch.stopped();
    if (stopped) return void seat.stop(stoppedText(stopped.why));
    const [full] = ledger.usedUp(scopesOf(settings, seat, ledger.today()));
    if (!full) return;
    const { scope, kind, limit } = full;
    seat.stop(
      `${scope.name} is used up: ${inWords(kind, limit)}. A person raises it with \`hearth budget raise ${scope.handle} <amount> ${kind}\``,
    );
  }

  /** Ends a session whose minutes are over. Answers how to call that off. */
  #setAlarm(seat: Seat): () => void {
    const { clock, accounts, ledger, settings } = this.#options;
    const { minutes, key, handle } = sessionScope(settings, seat);
    if (minutes === undefined) return () => {};
    const allowed = minutes + ledger.raised(key, "minutes");
    const left = allowed * MINUTE - accounts.took(seat.account, seat.id);
    const stop = () =>
      seat.stop(
        `the ${allowed} minutes of this session are over. A person raises them with \`hearth budget raise ${handle} <amount> minutes\``,
        true,
      );
    if (left > 0) return clock.at(new Date(clock.now().getTime() + left), stop);
    stop();
    return () => {};
  }
}
