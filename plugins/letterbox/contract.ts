import { event, service, slot, uniqueIds } from "hearth";
import type { Picture } from "hearth-plugins/pictures";
import { z } from "zod";

/** Who writes with a key of their own. */
export interface Sender {
  /** The same for the same key, in every life of this house; tells nothing of the key. */
  readonly fingerprint: string;
}

/** The keys of those whom the owner trusts (`TRUSTED_API_KEYS`), and what each of them may send. */
export interface Senders {
  /** Whether there is any key. */
  readonly any: boolean;
  /** Who sent this `Authorization` header: `Bearer <key>`, or the key alone. */
  find(authorization: string): Sender | undefined;
  /** Whether the key of a fingerprint is trusted still. */
  trusts(fingerprint: string): boolean;
  /** The fingerprint of a key as it stands in older files. */
  fingerprintOf(key: string): string;
  /**
   * Holds one place among the messages that a sender may send: one in 15 minutes, 10 a day, as configured. Disposed of, it is given back,
   * unless a message took it. Two that ask at once never hold the same place.
   * @throws HttpError 429 with `Retry-After`, in the words of the contract
   */
  reserve(sender: Sender): Place;
}
export const Senders = service<Senders>("letterbox.senders");

/** A place that is held for a message. */
export interface Place extends Disposable {
  readonly sender: Sender;
}

/** How often something may be tried. */
export interface Limit {
  /** "visitors.address": tries of the same limit and key are counted together. */
  readonly id: string;
  readonly most: number;
  readonly seconds: number;
  /** What who tries too often is told. */
  readonly detail: string;
}

/** Counts tries within a sliding time, in memory, for a bounded number of keys. */
export interface Limits {
  /** Counts a try. @throws HttpError 429 with `Retry-After` when there were too many already; that one is not counted */
  count(limit: Limit, key: string): void;
  /** The same without counting: for tries of which only the failed ones count. */
  check(limit: Limit, key: string): void;
}
export const Limits = service<Limits>("letterbox.limits");

/** Something that a person wrote, before anybody has looked at it. */
export interface Message {
  /** Which courier brings it: "visitor", "letter". */
  readonly kind: string;
  /** Who wrote it, as the agent should call them. */
  readonly from: string;
  readonly text: string;
}

/** What a screen thinks. `reason` is for people, a few words. */
export type Verdict =
  | { readonly verdict: "pass"; readonly reason?: string }
  /** It may try to steer the agent. It is kept from it or marked, as configured. */
  | { readonly verdict: "suspicious"; readonly reason: string }
  /** It is refused. */
  | { readonly verdict: "reject"; readonly reason: string };

/** Looks at what people write before the agent sees it. */
export interface MessageScreen {
  readonly id: string;
  /** @throws when it cannot tell: its service is down, answers nonsense, or the signal says that it took too long */
  screen(message: Message, signal: AbortSignal): Promise<Verdict>;
}
/** Asked one after the other, until one rejects. */
export const MessageScreens = slot<MessageScreen>("letterbox.screens", uniqueIds("message screen"));

/** What all screens together found. `unscreened`: one of them could not tell. `none`: there is no screen. */
export const standings = ["passed", "suspicious", "unscreened", "none", "rejected"] as const;
export type Standing = (typeof standings)[number];

/** A message that was looked at and not rejected. */
export interface Screened {
  readonly standing: Exclude<Standing, "rejected">;
  /** A person or a later screening decides before the agent sees it. */
  readonly held: boolean;
  /** The screens' words, by screen. */
  readonly verdicts: readonly {
    readonly screen: string;
    readonly verdict: Verdict["verdict"] | "failed";
    readonly reason: string;
  }[];
}

/** Of a picture without words there is nothing to screen: pictures are not looked at. */
export const NOTHING_TO_SCREEN: Screened = { standing: "none", held: false, verdicts: [] };

/** What a courier brings to its place. */
export interface Mail extends Message {
  /** Never collides, sorts by time. */
  readonly id: string;
  /** ISO time at which it was accepted. */
  readonly receivedAt: string;
  readonly picture?: Picture;
  /** What its courier put in: JSON. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Where a piece of mail lies now. */
export interface Delivered {
  /** Path in the home of the file that holds it. */
  readonly file: string;
  /** Its name in that file, if the file holds more than it: a letter's id. */
  readonly ref?: string;
  /** Path in the home of its picture. */
  readonly image?: string;
}

/** Brings mail of one kind to its place in the home. */
export interface Courier {
  /** = `Message.kind` */
  readonly id: string;
  /** The type of session that it leads to. A session of letters is with one person: to it, those that lie in one file are of one. */
  readonly wakes: "visit" | "correspondence";
  /** Which of the configured policies holds for it. */
  readonly trust: "strangers" | "senders";
  /** Writes it to disk, flushed, under a name of its own. @throws when it cannot; nothing half written is left then */
  deliver(mail: Mail): Promise<Delivered>;
}
export const Couriers = slot<Courier>("letterbox.couriers", uniqueIds("courier"));

/** What is handed in. */
export interface Parcel {
  readonly message: Message;
  readonly screened: Screened;
  readonly picture?: Picture;
  readonly data?: Readonly<Record<string, unknown>>;
  /** The sender's place, which it takes. */
  readonly place?: Place;
}

export interface Receipt {
  readonly id: string;
  /** Nothing while it is held. */
  readonly delivered: Delivered | undefined;
}

/** Where everything comes in that people write. What it takes is on disk, and leads to a session. */
export interface Letterbox {
  /** Asks all screens, within a limit of time. @throws HttpError 400 "Message could not be accepted." when one rejects it */
  screen(message: Message): Promise<Screened>;
  /** Has the courier bring it to its place, or holds it; writes it down, tells it, and orders the wake. @throws what the courier throws; HttpError 503 when too much is held already */
  take(parcel: Parcel): Promise<Receipt>;
  /** Takes note of mail that lies in its place already, which nobody handed in: after a crash, or from another system. Known mail is left alone. */
  adopt(message: Message, delivered: Delivered, at: Date): void;
  /**
   * A file in which mail lay is somewhere else now, and who wrote it reads no answer: what is still to be shown is shown without its place,
   * and the agent is told. So no answer goes to whoever has that place next.
   */
  displaced(file: string): Promise<void>;
  /** How much mail is held, of all kinds. */
  held(): number;
}
export const Letterbox = service<Letterbox>("letterbox");

/** Told at each screening, of what was rejected too. */
export const MessageScreened = event(
  "letterbox.screened",
  z.object({
    kind: z.string(),
    from: z.string(),
    /** The first 80 characters. */
    preview: z.string(),
    standing: z.enum(standings),
    held: z.boolean(),
    verdicts: z.array(z.object({ screen: z.string(), verdict: z.string(), reason: z.string() })),
  }),
);
export type MessageScreened = z.output<typeof MessageScreened.schema>;

/** Told when a piece of mail was accepted, held, or decided on. */
export const MailMoved = event(
  "letterbox.mail-moved",
  z.object({
    id: z.string(),
    kind: z.string(),
    from: z.string(),
    /** `delivered` at once or after it was released; `held`; `rejected` out of the quarantine. */
    to: z.enum(["delivered", "held", "rejected"]),
    /** Who decided. */
    by: z.enum(["screening", "person"]),
    /** Path in the home, once delivered. */
    file: z.string().nullable(),
  }),
);
export type MailMoved = z.output<typeof MailMoved.schema>;
