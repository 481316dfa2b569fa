import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Dice, dice } from "../fixtures/dice";
import { wordsOf } from "./memory-corpus";

/** Characters of a page. */
const LENGTH = 2000;

/** A page as somebody might have written it: front matter, paragraphs of sentences, words as frequent as those of real notes. */
export function pageWriter(chance: Dice): (day: string) => string {
  const word = wordsOf(chance);
  const some = (most: number, least: number) => least + chance.int(most - least);
  const words = (count: number) => Array.from({ length: count }, word).join(" ");
  const sentence = () => {
    const text = words(some(19, 5));
    return `${text[0]!.toUpperCase()}${text.slice(1)}${chance.now(0.1) ? "?" : "."}`;
  };
  const paragraph = () => Array.from({ length: some(6, 2) }, sentence).join(" ");
  return day => {
    let text = `---\ndate: "${day}"\ntitle: "${words(3)}"\n---\n`;
    while (text.length < LENGTH)
      text += `\n${chance.now(0.15) ? `## ${words(2)}` : paragraph().slice(0, LENGTH - text.length + 40)}\n`;
    return text;
  };
}

const folders = { thoughts: 0.8, dreams: 0.1, essays: 0.05, letters: 0.05 };

/** A home of so many works of 2 KB, over eight years. */
export function worksIn(home: string, count: number): void {
  const page = pageWriter(dice(5));
  for (const [folder, share] of Object.entries(folders)) {
    mkdirSync(join(home, folder), { recursive: true });
    for (let n = 0; n < count * share; n++) {
      const day = new Date(Date.UTC(2018, 0, 1) + Math.floor((n / (count * share)) * 2900) * 86_400_000)
        .toISOString()
        .slice(0, 10);
      writeFileSync(join(home, folder, `${day}-${n}.md`), page(day));
    }
  }
}
