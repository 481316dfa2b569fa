import { basename } from "node:path";
import { type Clock, HearthError, HttpError } from "hearth";
import type { Courier, Delivered, Mail, Message, Sender } from "hearth-plugins/letterbox";
import { z } from "zod";
import type { AccountRow, Accounts } from "./accounts";
import type { Account, Letter, Mailboxes } from "./contract";
import { momentAt } from "./moment";
import type { Promises } from "./promises";
import { threadPath } from "./threads";
import { attachmentsPath, type Writer } from "./writer";

/** The kind of message that becomes a letter. */
export const LETTER = "letter";

/** What a letter's courier must know: whose thread, of which account of that name, and the id that was told. */
const Address = z.object({ username: z.string(), since: z.string(), id: z.string().optional() });
export type Address = z.output<typeof Address>;

export interface LettersOptions {
  readonly accounts: Accounts;
  readonly writer: Writer;
  readonly promises: Promises;
  readonly clock: Clock;
  readonly agentName: string;
}

const DAY = 86_400_000;

/** The agent has written to this person often enough within a day. */
export class TooMany extends Error {}

/** The letters that go both ways. */
export class Letters implements Mailboxes, Courier {
  readonly id = LETTER;
  readonly wakes = "correspondence";
  readonly trust = "senders";

  constructor(readonly options: LettersOptions) {}

  accountOf({ fingerprint }: Sender): AccountRow | undefined {
    return this.options.accounts.ofFingerprint(fingerprint);
  }

  find(username: string): Account | undefined {
    return this.options.accounts.find(username);
  }

  message({ username, displayName }: Account, text: string): Message {
    return { kind: LETTER, from: `${displayName} (${username})`, text };
  }

  addressOf({ username, registeredAt }: AccountRow, id?: string): Address {
    return { username, since: registeredAt, ...(id !== undefined && { id }) };
  }

  /** How something that a sender wrote elsewhere is handed in here, if they have a mailbox. */
  of(sender: Sender, text: string): { readonly message: Message; readonly data: Address } | undefined {
    const account = this.accountOf(sender);
    return account && { message: this.message(account, text), data: this.addressOf(account) };
  }

  /** @param most letters of the agent to this person within a day, this one counted; as many as it likes when left out. @throws TooMany */
  async send(username: string, body: string, inReplyTo?: string, most = Number.POSITIVE_INFINITY): Promise<Letter> {
    const { writer, agentName, clock } = this.options;
    return writer.alone(username, async () => {
      if (!this.find(username)) throw new HearthError("MISSING", `there is no mailbox of "${username}"`);
      const at = clock.now();
      const index = await writer.options.threads.index(username);
      if (inReplyTo !== undefined && !index.find(inReplyTo))
        throw new HearthError("MISSING", `there is no letter "${inReplyTo}" in the mailbox of ${username}`);
      const yesterday = momentAt(new Date(at.getTime() - DAY));
      if (index.letters.filter(({ own, moment }) => !own && moment > yesterday).length >= most) throw new TooMany();
      return writer.write(username, {
        side: "c",
        from: agentName,
        body,
        at,
        ...(inReplyTo !== undefined && { inReplyTo }),
      });
    });
  }

  /** A letter that was held has the time at which it was sent. @throws HttpError 409 when its account is gone */
  deliver({ data, text, receivedAt, picture }: Mail): Promise<Delivered> {
    const { username, since, id } = Address.parse(data);
    const { writer, accounts, promises } = this.options;
    return writer.alone(username, async () => {
      if (accounts.find(username)?.registeredAt !== since)
        throw new HttpError(409, `The mailbox of ${username} is not there any more`);
      const letter = await writer.write(username, {
        side: "u",
        from: username,
        body: text,
        at: new Date(receivedAt),
        ...(id !== undefined && { id }),
        ...(picture && { picture }),
      });
      if (id !== undefined) promises.keep(username, id);
      return deliveredAs(username, letter);
    });
  }
}

/** Where a letter lies. */
export function deliveredAs(username: string, { id, attachment }: Pick<Letter, "id" | "attachment">): Delivered {
  const filename = attachment && basename(String(attachment.filename));
  return {
    file: threadPath(username),
    ref: id,
    ...(filename && { image: `${attachmentsPath(username)}/${filename}` }),
  };
}
