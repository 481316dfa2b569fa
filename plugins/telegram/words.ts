import type { SessionState } from "hearth-plugins/sessions";

/** What the house itself says in a chat. Of what went wrong inside it says no more than a person needs. */
export const words = {
  help: `Write to me, and I answer when I have thought about it. I read words and pictures.

/talk opens a conversation in which I remember what we said a moment ago
/end-talk closes it
/status says what I am doing
/help shows this`,
  talkIsOpen: "We are talking already. /end-talk closes the talk.",
  talkLost:
    "The talk could not go on, and is closed. What you wrote reaches me as a single message; /talk opens a new one.",
  talkNotOpened: "The talk could not be opened. Please try /talk again in a while.",
  talkOver: "The talk is closed. What you write now reaches me as a single message.",
  talkEnding: "The talk is closed after the answer that I am still writing.",
  noTalk: "There is no open talk. /talk opens one.",
  noWords: "I have read it, and found no words to answer.",
  editedTooLate: "I had read this before you changed it. If the change matters, please send it as a new message.",
  lost: "Something went wrong here with your last message. Please send it again.",
  noPicture: "I could not open the picture. Please send it again, as a photo.",
  unread: (what: string) => `I cannot open ${what} here: only words and photos. Please write it to me.`,
  unreadWithWords: (what: string) =>
    `I cannot open ${what} here: only words and photos. What you wrote with it reaches me.`,
  talkIdle: (minutes: number) => `The talk was quiet for ${minutes} minutes, and is closed. /talk opens a new one.`,
  failedTurn: (state: SessionState) => `${failed(state)} The talk is still open.`,
  failed,
};

/** Why there is no answer. */
function failed(state: SessionState): string {
  switch (state) {
    case "interrupted":
      return "I was interrupted before I could answer. Please send it again.";
    case "timed_out":
      return "This took me too long, and I had to stop. Please try again.";
    case "cancelled":
      return "This was cancelled before I could answer.";
    case "budget_stopped":
      return "My budget ran out before I could answer. Please try again later.";
    case "done":
      return "I answered, but my answer was lost on the way. Please ask again.";
    default:
      return "Something went wrong, and I could not answer. Please try again.";
  }
}

/** What stands before a message with which something came that could not be opened: for the agent. @param what "a picture" */
export const leftOut = (what: string): string =>
  `${what[0]!.toUpperCase()}${what.slice(1)} came with it that could not be opened; they have been told so.`;
