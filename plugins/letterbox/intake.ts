import { badRequest, HearthError, HttpError } from "hearth";
import type { Allowance } from "./allowance";
import type {
  Courier,
  Delivered,
  Letterbox,
  Mail,
  Message,
  MessageScreened,
  Parcel,
  Receipt,
  Screened,
} from "./contract";
import { type Counter, courierOf, tellDelivered, trustOf } from "./counter";
import { isHeld, NOBODY_THERE, warningOf } from "./policy";
import type { Opinion, Screening } from "./screening";

/** Characters of a message that those who hear of a screening are told. */
const PREVIEW = 80;

/** Where everything comes in: looked at, brought to its place or held, written down, told. */
export class Intake implements Letterbox {
  constructor(
    readonly counter: Counter,
    readonly screening: Screening,
    readonly allowance: Allowance,
    readonly tell: (news: MessageScreened) => void,
  ) {}

  async screen(message: Message): Promise<Screened> {
    const opinion = await this.screening.ask(message);
    const { standing, verdicts } = opinion;
    const held = isHeld(opinion, trustOf(this.counter, message.kind), this.counter.settings);
    this.tell(screenedNews(message, opinion, held));
    if (standing === "rejected") throw badRequest("Message could not be accepted.");
    return { standing, held, verdicts };
  }

  /**
   * The file is on disk first, then the row, then this answers. When the row cannot be written after the file was, this throws what the
   * disk says and the file stays: its sender is told that it failed and may send it again, yet the words are in the home, where whoever
   * looks after that place finds them at the next start (`adopt`). To take the file away again would be one more write to a disk that
   * takes none, and twice is better than never.
   */
  async take(parcel: Parcel): Promise<Receipt> {
    const courier = courierOf(this.counter, parcel.message.kind);
    const mail = newMail(parcel, this.counter.clock.now());
    return parcel.screened.held ? this.#hold(parcel, mail, courier) : this.#deliver(parcel, mail, courier);
  }

  adopt(message: Message, delivered: Delivered, at: Date): void {
    const { kind, from } = message;
    const { couriers, table, commits } = this.counter;
    const courier = couriers().find(({ id }) => id === kind);
    if (!courier) throw new HearthError("MISSING", `no courier brings mail of the kind "${kind}"`);
    const opinion: Opinion = { standing: "unscreened", verdicts: [] }; // the screens may not be there yet: it is looked at as soon as they are
    const mail = newMail({ message }, at);
    const row = { mail, type: courier.wakes, opinion, warning: this.screening.any ? warningOf(opinion) : null };
    const isNew = commits.db.transaction(() => table.adopt(row, delivered)).immediate();
    if (!isNew) return;
    tellDelivered(this.counter, { id: mail.id, kind, from, by: "screening", file: delivered.file }, courier.wakes);
  }

  async displaced(file: string): Promise<void> {
    const { table, commits } = this.counter;
    await commits.write(() => table.displace(file, NOBODY_THERE));
  }

  held(): number {
    return this.counter.table.tally("held").count;
  }

  async #hold({ screened, place }: Parcel, mail: Mail, { wakes }: Courier): Promise<Receipt> {
    const { commits, table, moved, settings } = this.counter;
    await commits.write(() => {
      if (this.held() >= settings.mostHeld) throw tooManyWait();
      table.hold({ mail, type: wakes, opinion: screened, warning: warningOf(screened) });
      if (place) this.allowance.note(place.sender);
    });
    place?.[Symbol.dispose](); // from here on, what is on disk counts
    moved({ id: mail.id, kind: mail.kind, from: mail.from, to: "held", by: "screening", file: null });
    return { id: mail.id, delivered: undefined };
  }

  async #deliver({ screened, place }: Parcel, mail: Mail, courier: Courier): Promise<Receipt> {
    const { commits, table } = this.counter;
    const delivered = await courier.deliver(mail);
    await commits.write(() => {
      table.take({ mail, type: courier.wakes, opinion: screened, warning: warningOf(screened) }, delivered);
      if (place) this.allowance.note(place.sender);
    });
    place?.[Symbol.dispose]();
    const { id, kind, from } = mail;
    tellDelivered(this.counter, { id, kind, from, by: "screening", file: delivered.file }, courier.wakes);
    return { id, delivered };
  }
}

/** Nobody decides as fast as a machine can write: the quarantine has an end before the disk has. */
const tooManyWait = () =>
  new HttpError(503, "Too many messages wait to be looked at. Please try again later.", { "retry-after": "3600" });

const newMail = ({ message, picture, data = {} }: Pick<Parcel, "message" | "picture" | "data">, at: Date): Mail => ({
  kind: message.kind,
  from: message.from,
  text: message.text,
  id: Bun.randomUUIDv7("hex", at),
  receivedAt: at.toISOString(),
  data,
  ...(picture && { picture }),
});

/** What those who hear of a screening are told. */
export const screenedNews = ({ kind, from, text }: Message, opinion: Opinion, held: boolean): MessageScreened => ({
  kind,
  from,
  preview: [...text.slice(0, PREVIEW * 2)].slice(0, PREVIEW).join(""),
  standing: opinion.standing,
  held,
  verdicts: [...opinion.verdicts],
});
