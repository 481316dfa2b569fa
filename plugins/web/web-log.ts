import { type Clock, type Home, type Logger, messageOf, type Secrets } from "hearth";

const FILE = "logs/web.log";

/** What a tool was asked. */
export type WebCall =
  | { readonly tool: "web_search"; readonly query: string }
  | { readonly tool: "web_read"; readonly url: string };

/** Writes down what was asked of the web: a line of JSON each. What cannot be written is told, and stops nothing. */
export class WebLog {
  constructor(
    readonly home: Home,
    readonly clock: Clock,
    readonly secrets: Secrets,
    readonly log: Logger,
  ) {}

  /** Does something, and notes how it went. @throws what that throws */
  async noting<T>(call: WebCall, session: string | undefined, work: () => Promise<T>): Promise<T> {
    try {
      const done = await work();
      await this.#write({ ...call, session, success: true });
      return done;
    } catch (error) {
      await this.#write({ ...call, session, success: false, error: messageOf(error) });
      throw error;
    }
  }

  async #write(entry: object): Promise<void> {
    const line = JSON.stringify({ timestamp: this.clock.now().toISOString(), ...entry });
    try {
      await this.home.append(FILE, `${this.secrets.redact(line)}\n`);
    } catch (error) {
      this.log.warn("what was asked of the web could not be written down", { file: FILE, error: messageOf(error) });
    }
  }
}
