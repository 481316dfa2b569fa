import { service } from "hearth";
import type { Message, Sender } from "hearth-plugins/letterbox";

/** Someone who has a mailbox. */
export interface Account {
  readonly username: string;
  readonly displayName: string;
}

/** A letter of a thread, as its line of JSON has it. */
export interface Letter {
  readonly id: string;
  /** A username, or the agent's name. */
  readonly from: string;
  /** ISO, UTC. */
  readonly ts: string;
  readonly body: string;
  readonly attachment?: { readonly filename: string; readonly mime: string; readonly size: number };
  readonly in_reply_to?: string;
}

export interface Mailboxes {
  /** The account that belongs to a sender's key. */
  accountOf(sender: Sender): Account | undefined;
  find(username: string): Account | undefined;
  /** The message of a letter to the agent. */
  message(account: Account, text: string): Message;
  /** Appends a letter of the agent to a thread. @throws HearthError MISSING for an unknown account, or a letter to reply to that is not in its thread */
  send(username: string, body: string, inReplyTo?: string): Promise<Letter>;
}
export const Mailboxes = service<Mailboxes>("mailbox");
