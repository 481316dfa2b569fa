import { codePoints } from "hearth";

/** Characters without which a passage says nothing of its own. */
const LEAST = 50;

const heading = /^#{1,6}\s/;
const rule = /^(?:[-*_]\s*){3,}$/;
/** "— Vesper", "*-Vesper*"; not "- bread". */
const signature = /^[*_]*(?:[—–]\s*|--\s*|-)\p{Lu}[\p{L} .'’]{0,30}[*_]*$/u;
const dayLine =
  /^[*_]*(?:day\s+[\p{L}\d-]+|(?:mon|tues|wednes|thurs|fri|satur|sun)day\b[^.!?]{0,40}|(?:mid-?)?(?:morning|noon|afternoon|dusk|evening|midnight)\b[^.!?]{0,20})[.,:]?[*_]*$/iu;

/** A text without the lines that only say where one is: headings, the day, rules, signatures. The lines around them stay. */
export const substanceOf = (text: string): string =>
  text
    .split("\n")
    .filter(line => !isFrame(line.trim()))
    .join("\n")
    .trim();

/** Whether there is too little in a text to be like another. */
export const isCrumb = (text: string): boolean => codePoints(substanceOf(text)) < LEAST;

const isFrame = (line: string): boolean =>
  heading.test(line) || rule.test(line) || signature.test(line) || dayLine.test(line);
