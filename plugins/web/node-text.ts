/** What of a DOM node is needed to write it as text. */
export interface PageNode {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly textContent: string | null;
  readonly childNodes: Iterable<PageNode>;
  getAttribute?(name: string): string | null;
}

const TEXT = 3;
const ELEMENT = 1;
const left = new Set([
  "SCRIPT",
  "STYLE",
  "NOSCRIPT",
  "TEMPLATE",
  "SVG",
  "IFRAME",
  "OBJECT",
  "FORM",
  "BUTTON",
  "SELECT",
  "HEAD",
]);
const blocks = new Set(
  "ADDRESS ARTICLE ASIDE BLOCKQUOTE BODY DD DIV DL DT FIGCAPTION FIGURE FOOTER HEADER HR LI MAIN NAV OL P PRE SECTION TABLE TR UL".split(
    " ",
  ),
);

/** Writes a page as text: paragraphs apart, headings with #, items with -, cells with |, links with where they lead. */
export function nodeText(root: PageNode, base: string): string {
  return write(root, base, false)
    .replace(/[^\S\n]+\n/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

function write(node: PageNode, base: string, asIs: boolean): string {
  if (node.nodeType === TEXT) return asIs ? (node.textContent ?? "") : (node.textContent ?? "").replace(/\s+/g, " ");
  if (node.nodeType !== ELEMENT && node.nodeType !== 9 && node.nodeType !== 11) return "";
  const name = node.nodeName.toUpperCase();
  if (left.has(name)) return "";
  if (name === "BR") return "\n";
  const inside = [...node.childNodes].map(child => write(child, base, asIs || name === "PRE")).join("");
  return dressed(name, node, inside, base);
}

function dressed(name: string, node: PageNode, inside: string, base: string): string {
  const level = /^H([1-6])$/.exec(name)?.[1];
  if (level !== undefined) return inside.trim() && `\n\n${"#".repeat(Number(level))} ${inside.trim()}\n\n`;
  if (name === "A") return link(inside, node.getAttribute?.("href") ?? "", base);
  if (name === "LI") return `\n- ${inside.trim()}`;
  if (name === "TD" || name === "TH") return `${inside.trim()} | `;
  if (name === "TR") return `\n| ${inside.trim()}`;
  return blocks.has(name) ? `\n\n${inside.trim()}\n\n` : inside;
}

/** A link that leads somewhere else on the web; of others only the words are kept. */
function link(words: string, href: string, base: string): string {
  const url = href.startsWith("#") ? null : URL.parse(href, base);
  if (!url || !/^https?:$/.test(url.protocol) || words.trim() === "") return words;
  return `[${words.trim()}](${url.href})`;
}
