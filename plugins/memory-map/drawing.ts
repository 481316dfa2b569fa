import type { PageType } from "hearth-plugins/content";
import { centralWorks } from "./central-works";
import type { WorksMap } from "./shapes";

/** Pixels of the plane, and around it. */
const SIDE = 1000;
const EDGE = 40;
const LEGEND = 60;
/** Characters of a label. */
const LABEL = 36;

/** Colours that can be told apart with any kind of colour vision (Okabe and Ito, 2008), and what a type is called. */
const types: Readonly<Record<PageType, readonly [colour: string, name: string]>> = {
  thoughts: ["#0072b2", "Thoughts"],
  dreams: ["#cc79a7", "Dreams"],
  scores: ["#009e73", "Scores"],
  letters: ["#e69f00", "Letters"],
  essays: ["#d55e00", "Essays"],
  bookshelf: ["#56b4e9", "Bookshelf"],
};

const style = `
svg { background: #fbfaf7; color: #222; font: 14px system-ui, sans-serif }
text { fill: currentColor }
.label { font-size: 13px; paint-order: stroke; stroke: #fbfaf7; stroke-width: 4px; stroke-linejoin: round }
circle { fill-opacity: .8 }
${Object.entries(types)
  .map(([type, [colour]]) => `.${type} { fill: ${colour} }`)
  .join("\n")}
@media (prefers-color-scheme: dark) {
svg { background: #16181c; color: #e8e6e1 }
.label { stroke: #16181c }
}`;

type Work = WorksMap["works"][number];

/** The map as an SVG document: a dot for each work, its title when one points at it, the names of a few in the middle of things. */
export function drawing({ works }: WorksMap): string {
  const width = SIDE + 2 * EDGE;
  const height = width + LEGEND;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="name">`,
    `<title id="name">Map of ${works.length} works</title>`,
    `<style>${style}\n</style>`,
    ...works.map(dot),
    ...centralWorks(works).map(label),
    ...legend(works, width + LEGEND / 2),
    "</svg>",
  ].join("\n");
}

const across = ({ x }: Work): string => (EDGE + x * SIDE).toFixed(1);
/** In the plane y goes up, on paper down. */
const down = ({ y }: Work): string => (EDGE + (1 - y) * SIDE).toFixed(1);

const dot = (work: Work): string =>
  `<circle class="${work.type}" cx="${across(work)}" cy="${down(work)}" r="5"><title>${escaped(
    `${work.title} (${work.date})`,
  )}</title></circle>`;

function label(work: Work): string {
  const anchor = work.x > 0.7 ? "end" : "start";
  const beside = anchor === "end" ? -9 : 9;
  const x = (Number(across(work)) + beside).toFixed(1);
  const y = (Number(down(work)) + 4).toFixed(1);
  return `<text class="label" x="${x}" y="${y}" text-anchor="${anchor}">${escaped(shortened(work.title))}</text>`;
}

/** The types that are on the map, and how many of each. */
function legend(works: readonly Work[], y: number): string[] {
  const counts = Map.groupBy(works, ({ type }) => type);
  return Object.entries(types)
    .filter(([type]) => counts.has(type as PageType))
    .flatMap(([type, [, name]], index) => {
      const x = EDGE + index * 165;
      const count = counts.get(type as PageType)!.length;
      return [
        `<circle class="${type}" cx="${x + 6}" cy="${y}" r="6"/>`,
        `<text x="${x + 19}" y="${y + 5}">${name} (${count})</text>`,
      ];
    });
}

function shortened(title: string): string {
  const characters = [...title];
  return characters.length > LABEL
    ? `${characters
        .slice(0, LABEL - 1)
        .join("")
        .trimEnd()}…`
    : title;
}

/** Text as it may stand in XML: what XML does not allow at all is left out, and no mark turns the text of others round. */
const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\t\n\r]+/g, " ")
    .replace(/[\p{Cc}\ufffe\uffff\u202a-\u202e\u2066-\u2069]/gu, "")
    .replace(/[&<>"']/g, char => `&#${char.charCodeAt(0)};`);
