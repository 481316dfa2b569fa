import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const THOUGHTS = 10_000;
const DREAMS = 2000;
/** Words of a page; with the spaces some 2.7 KB. */
const LENGTH = 450;
const VOCABULARY = 4000;
const kinds = ["poetry", "ascii", "prose", "mixed"];
const moods = ["quiet", "warm", "settled", "open", "tender", "bright", "amber", "awake"];

/** Numbers from 0 to 1, the same ones each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const syllables = ["ka", "lo", "mi", "ren", "ta", "vel", "sor", "nu", "dri", "mon", "bel", "thu", "zar", "ge", "wyn"];

/** The word of a rank; the first ones are the most usual. */
export function wordOf(rank: number): string {
  let word = "";
  for (let rest = rank + 1; rest > 0; rest = Math.floor(rest / syllables.length))
    word += syllables[rest % syllables.length];
  return word;
}

/** A home of 10,000 thoughts and 2,000 dreams over eight years, in words whose frequency falls with their rank, as in real text. */
export function corpus(home: string): void {
  const random = numbers(1);
  const word = () => wordOf(Math.floor(VOCABULARY ** random() - 1));
  const words = (count: number) => Array.from({ length: count }, word).join(" ");
  const write = (folder: string, count: number, meta: (n: number) => string) => {
    mkdirSync(join(home, folder), { recursive: true });
    for (let n = 0; n < count; n++) {
      const date = new Date(Date.UTC(2018, 0, 1) + Math.floor((n / count) * 2900) * 86_400_000);
      const head = `date: "${date.toISOString().slice(0, 10)}"\ntitle: "${words(3)}"\n${meta(n)}`;
      const text = Array.from({ length: LENGTH / 50 }, () => words(50)).join(".\n\n");
      writeFileSync(join(home, folder, `${date.toISOString().slice(0, 10)}-${n}.md`), `---\n${head}\n---\n\n${text}\n`);
    }
  };
  write("thoughts", THOUGHTS, n => `mood: "${moods[n % 8]}, ${moods[(n * 3 + 1) % 8]}"`);
  write("dreams", DREAMS, n => `type: ${kinds[n % 4]}\nimmersive: ${n % 2 === 0}`);
}
