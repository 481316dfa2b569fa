import type { Clock, Database, Home, Logger } from "hearth";
import type { Pictures } from "hearth-plugins/pictures";
import type { Sessions } from "hearth-plugins/sessions";
import { Bot } from "./bot";
import { Chats } from "./chats";
import { Desk } from "./desk";
import { Door } from "./door";
import { Errands } from "./errands";
import { History } from "./history";
import { Inbox } from "./inbox";
import { Line } from "./line";
import { Messages } from "./messages";
import type { Outbox } from "./outbox";
import type { People } from "./people";
import { Photos } from "./photos";
import { Poller } from "./poller";
import { Sender } from "./sender";
import type { Settings } from "./settings";
import { statusText } from "./status";
import type { Tables } from "./tables";
import { TalkWatch } from "./talk-watch";
import { Talks } from "./talks";
import { Typing } from "./typing";
import { Wakes } from "./wakes";
import { askForUpdates } from "./webhook";

export interface StationOptions {
  readonly config: Settings & { readonly token: string };
  /** Of the webhook. */
  readonly secret: string;
  readonly people: People;
  readonly outbox: Outbox;
  readonly home: Home;
  readonly clock: Clock;
  readonly db: Database;
  readonly sessions: Sessions;
  readonly pictures: Pictures;
  readonly log: Logger;
  readonly track: <T>(what: string, work: Promise<T>) => Promise<T>;
  readonly signal: AbortSignal;
  readonly cut: AbortSignal;
}

/** Days that the words of a chat are kept beside its file: by then a message is changed, and sent again, no more. */
const KEPT_DAYS = 30;

/** The whole of the house's end of the line, put together. */
export class Station {
  readonly #options: StationOptions;
  readonly #bot: Bot;
  readonly #history: History;
  readonly #typing: Typing;
  readonly #chats: Chats;
  readonly #talks: TalkWatch;
  readonly #messages: Messages;
  readonly #inbox: Inbox;
  readonly door: Door;
  readonly line: Line;
  readonly sender: Sender;
  readonly wakes: Wakes;
  #botName: string | undefined;
  #stopAsking: () => void = () => {};
  #begun = false;

  constructor(options: StationOptions) {
    this.#options = options;
    const { config, people, outbox, home, clock, db, log, sessions, pictures, track } = options;
    this.#messages = new Messages(db);
    const tables: Tables = { messages: this.#messages, errands: new Errands(db), talks: new Talks(db), outbox };
    const common = { db, clock, log, people, ...tables };
    this.#bot = new Bot({ ...config, cut: options.cut });
    this.#history = new History(db, home, people, log);
    this.#typing = new Typing(this.#bot, clock, config.typing);
    this.#inbox = new Inbox(db, clock);
    this.line = new Line(clock, log, outbox);
    const note = () => this.#note();
    this.sender = new Sender({ ...common, bot: this.#bot, attempts: config.attempts, track, sent: note });
    this.#talks = new TalkWatch({ ...common, idle: config.talkIdle, said: chat => this.sender.poke(chat) });
    const answered = (chat: number) => this.#answered(chat);
    this.wakes = new Wakes({ ...common, sessions, typing: this.#typing, answered });
    const desk = new Desk({
      ...common,
      inbox: this.#inbox,
      photos: new Photos({ bot: this.#bot, pictures, home, log }),
      typing: this.#typing,
      albumQuiet: config.albumQuiet,
      botName: () => this.#botName,
      status: chat => statusText(sessions, tables, chat),
    });
    this.#chats = new Chats({
      ...common,
      inbox: this.#inbox,
      handle: incoming => desk.handle(incoming),
      giveUp: incoming => desk.giveUp(incoming),
      handled: chat => this.#handled(chat),
      track,
    });
    this.door = new Door(people, this.#inbox, log, chat => this.#chats.poke(chat));
  }

  /** Takes up what a former life left, and then what comes. Called again, it does so again for what was left. */
  begin(): void {
    this.wakes.begin();
    this.#talks.begin();
    this.#chats.begin();
    this.sender.begin();
    this.#note();
    if (!this.#begun) this.#listen();
    this.#begun = true;
  }

  /** Forgets what is over, and what was said long ago: the files of the chats have it. */
  sweep(): void {
    const { clock, outbox } = this.#options;
    const before = new Date(clock.now().getTime() - KEPT_DAYS * 86_400_000).toISOString();
    this.#inbox.sweep();
    for (const table of [this.#messages, outbox]) table.forget(before);
  }

  /** Begins nothing further. */
  close(): void {
    for (const part of [this.wakes, this.#talks, this.#chats, this.sender, this.#typing]) part.close();
    this.#stopAsking();
  }

  #listen(): void {
    const { config, secret, clock, log, track, signal } = this.#options;
    const [bot, line] = [this.#bot, this.line];
    void bot.name().then(
      name => {
        this.#botName = name;
      },
      () => {}, // the line tells what is wrong
    );
    if (config.webhookUrl !== undefined)
      this.#stopAsking = askForUpdates({ bot, clock, line, url: config.webhookUrl, secret });
    else {
      const take = (updates: readonly unknown[]) => this.door.take(updates);
      void track("asking Telegram for updates", new Poller({ bot, clock, log, line, take, signal }).run());
    }
  }

  /** What follows when an update was handled. */
  #handled(chat: number): void {
    this.wakes.poke(chat);
    this.#answered(chat);
  }

  #answered(chat: number): void {
    this.sender.poke(chat);
    this.#talks.watch(chat);
    this.#note();
  }

  #note(): void {
    void this.#options.track("the history of the chats", this.#history.note());
  }
}
