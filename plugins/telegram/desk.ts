import type { Clock, Database, Logger } from "hearth";
import { type ChatCommand, readCommand } from "./chat-command";
import type { Inbox, Incoming } from "./inbox";
import type { People, Person } from "./people";
import type { Photos } from "./photos";
import type { Tables } from "./tables";
import type { Talk } from "./talks";
import type { Typing } from "./typing";
import { type Message, unreadKind } from "./update";
import { leftOut, words } from "./words";

export interface DeskOptions extends Tables {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly people: People;
  readonly inbox: Inbox;
  readonly photos: Photos;
  readonly typing: Typing;
  /** Seconds without a further picture after which an album is complete. */
  readonly albumQuiet: number;
  /** The bot's own name, when it is known. */
  readonly botName: () => string | undefined;
  /** What the agent does, for a person. */
  readonly status: (chat: number) => string;
}

/** ms that an album waits for a picture of it that is being fetched: longer than that ever takes. */
const FETCHING = 86_400_000;

/** What was sent, and by whom. */
interface Letter {
  readonly id: number;
  readonly person: Person;
  readonly message: Message;
}

/** Does what an update asks for. All that follows from it is on disk with the note that it was handled, or none of it is. */
export class Desk {
  readonly #options: DeskOptions;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** @throws what may go better the next time; nothing has followed from the update then */
  async handle({ id, update }: Incoming): Promise<void> {
    const message = (update.message ?? update.edited_message)!;
    const person = this.#options.people.find(message.chat.id);
    if (!person) return this.#done(id, () => {});
    const letter = { id, person, message };
    if (update.edited_message) return this.#edited(letter);
    if (message.photo) return this.#photo(letter);
    if (message.text === undefined) return this.#other(letter);
    const command = readCommand(message.text, this.#options.botName());
    if (command) return this.#command(letter, command);
    this.#options.typing.start(person.id);
    this.#done(id, () => this.#say(letter, message.text!));
  }

  /** An update that failed again and again: who sent it is told. */
  giveUp({ id, chat, update }: Incoming): void {
    const album = update.message?.media_group_id;
    const told = () => {
      this.#answer(chat, id, words.lost);
      this.#putOff(chat, album, this.#options.albumQuiet * 1000);
    };
    this.#done(id, told, "failed");
  }

  /** One transaction: what follows from an update, and that it is over. */
  #done(id: number, work: () => void, state: "done" | "failed" = "done"): void {
    this.#options.db
      .transaction(() => {
        work();
        this.#options.inbox.over(id, state);
      })
      .immediate();
  }

  #answer(chat: number, id: number, text: string): void {
    this.#options.outbox.put(chat, `update:${id}`, text);
  }

  /** Puts something said with what waits for the agent: for the open talk, when there is one. */
  #say({ id, person, message }: Letter, text: string, more: { image?: string; warning?: string } = {}): void {
    const { messages, talks, clock, albumQuiet } = this.#options;
    const talk = talks.open(person.id);
    const now = clock.now();
    const album = message.media_group_id ?? null;
    messages.add({
      id,
      chat: person.id,
      number: message.message_id,
      talk: talk?.id ?? null,
      text,
      image: more.image ?? null,
      warning: more.warning ?? null,
      at: now.toISOString(),
      due: album === null ? 0 : now.getTime() + albumQuiet * 1000,
      album,
    });
    if (talk) talks.touch(talk.id, now.getTime());
  }

  /** While a picture of an album is fetched, however long that takes, the others wait for it. */
  async #photo(letter: Letter): Promise<void> {
    const { typing, photos, albumQuiet } = this.#options;
    const { id, person, message } = letter;
    typing.start(person.id);
    this.#putOff(person.id, message.media_group_id, FETCHING);
    const image = await photos.keep(message, person);
    this.#done(id, () => {
      if (image !== undefined) this.#say(letter, message.caption ?? "", { image });
      else this.#cannotOpen(letter, "a picture", words.noPicture);
      this.#putOff(person.id, message.media_group_id, albumQuiet * 1000);
    });
  }

  /** @param ms from now on */
  #putOff(chat: number, album: string | undefined, ms: number): void {
    if (album !== undefined) this.#options.messages.putOff(chat, album, this.#options.clock.now().getTime() + ms);
  }

  /** Neither words nor a picture; words may have come with it. */
  #other(letter: Letter): void {
    const what = unreadKind(letter.message);
    this.#done(letter.id, () => {
      if (what)
        this.#cannotOpen(letter, what, letter.message.caption ? words.unreadWithWords(what) : words.unread(what));
    });
  }

  /** Tells it, once for all of an album; the words that came with it go their way. */
  #cannotOpen(letter: Letter, what: string, text: string): void {
    const { id, person, message } = letter;
    const album = message.media_group_id;
    this.#options.outbox.put(
      person.id,
      album === undefined ? `update:${id}` : `album:${person.id}:${album}:${what}`,
      text,
    );
    if (message.caption) this.#say(letter, message.caption, { warning: leftOut(what) });
  }

  /** The new words take the place of those that wait; of those that the agent has, it is said that they came too late. */
  #edited({ id, person, message }: Letter): void {
    const { messages } = this.#options;
    const { message_id: number, text = message.caption ?? "" } = message;
    this.#done(id, () => {
      if (messages.edit(person.id, number, text)) return;
      if (messages.knows(person.id, number)) this.#answer(person.id, id, words.editedTooLate);
    });
  }

  #command(letter: Letter, command: ChatCommand): void {
    const { id, person } = letter;
    if (command.name === "talk") this.#openTalk(letter, command.text);
    else if (command.name === "end-talk") this.#done(id, () => this.#endTalk(letter));
    else {
      const text = command.name === "help" ? words.help : this.#options.status(person.id);
      this.#done(id, () => this.#answer(person.id, id, text));
    }
  }

  /** The first turn is an answer to the command itself when nothing else is said with it. */
  #openTalk(letter: Letter, text: string): void {
    const { talks, clock, typing } = this.#options;
    const { id, person } = letter;
    const open = talks.open(person.id);
    const begin = () => {
      if (!open) talks.begin(person.id, clock.now().getTime());
      this.#say(letter, text || "/talk");
    };
    const again = () => this.#answer(person.id, id, words.talkIsOpen);
    if (text || !open) typing.start(person.id);
    this.#done(id, text || !open ? begin : again);
  }

  #endTalk({ id, person }: Letter): void {
    const { talks, clock } = this.#options;
    const talk = talks.open(person.id);
    if (talk) talks.close(talk.id, clock.now().getTime());
    this.#answer(person.id, id, talk ? this.#farewell(talk) : words.noTalk);
  }

  #farewell({ id, chat }: Talk): string {
    const { errands, messages } = this.#options;
    const pending = errands.of(chat)?.talk === id || messages.waiting(chat)?.talk === id;
    return pending ? words.talkEnding : words.talkOver;
  }
}
