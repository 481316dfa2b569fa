/** How deep emphasis may lie in emphasis. */
const DEEPEST = 5;

/**
 * Makes of markdown, as agents write it, the HTML that Telegram takes. Whatever comes in, its tags are closed in order and its text is
 * escaped; what it cannot show (headings, lists, rules) it shows as best it can.
 */
export function toHtml(markdown: string): string {
  const lines = markdown.replace(/\r\n?/g, "\n").split("\n");
  const blocks: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const block = code(lines, at) ?? quote(lines, at) ?? paragraph(lines, at);
    blocks.push(block.html);
    at = block.next;
  }
  return blocks.join("\n").trim();
}

interface Block {
  readonly html: string;
  /** The line after it. */
  readonly next: number;
}

const fence = /^ {0,3}(`{3,}|~{3,})\s*([\w+#-]*)/;
const quoted = /^ {0,3}>[ \t]?/;

function code(lines: readonly string[], at: number): Block | undefined {
  const [, marker, language] = fence.exec(lines[at]!) ?? [];
  if (!marker) return;
  const end = lines.findIndex((line, index) => index > at && line.trim().startsWith(marker));
  const inside = escapeHtml(lines.slice(at + 1, end < 0 ? undefined : end).join("\n"));
  const html = language ? `<code class="language-${escapeHtml(language)}">${inside}</code>` : inside;
  return { html: `<pre>${html}</pre>`, next: end < 0 ? lines.length : end + 1 };
}

function quote(lines: readonly string[], at: number): Block | undefined {
  const next = endOf(lines, at, line => quoted.test(line));
  if (next === at) return;
  const inside = lines.slice(at, next).map(line => line.replace(quoted, ""));
  return { html: `<blockquote>${text(inside)}</blockquote>`, next };
}

function paragraph(lines: readonly string[], at: number): Block {
  const next = endOf(lines, at, line => !fence.test(line) && !quoted.test(line));
  return { html: text(lines.slice(at, next)), next };
}

function endOf(lines: readonly string[], at: number, goesOn: (line: string) => boolean): number {
  const end = lines.findIndex((line, index) => index >= at && !goesOn(line));
  return end < 0 ? lines.length : end;
}

/** Lines that are neither code nor quoted; emphasis may go on over a line end, but not over a line that is a block by itself. */
function text(lines: readonly string[]): string {
  const parts: string[] = [];
  let open: string[] = [];
  const close = () => {
    if (open.length > 0) parts.push(inline(open.join("\n")));
    open = [];
  };
  for (const line of lines) {
    const alone = ofItsOwn(line);
    if (alone === undefined) open.push(line);
    else {
      close();
      parts.push(alone);
    }
  }
  close();
  return parts.join("\n");
}

/** A line that is a block by itself: empty, a heading, a rule, an item of a list. */
function ofItsOwn(line: string): string | undefined {
  if (!line.trim()) return "";
  const heading = /^ {0,3}#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
  if (heading) return `<b>${inline(heading)}</b>`;
  if (/^ {0,3}([-*_])(?:\s*\1){2,}\s*$/.test(line)) return "———";
  const [, indent, item] = /^(\s*)[-*+]\s+(.*)$/.exec(line) ?? [];
  return item === undefined ? undefined : `${indent}• ${inline(item)}`;
}

const spans =
  /\\(?<escaped>[\\`*_~[\]()#>+-])|(?<ticks>`+)(?<code>.+?)(?<!`)\k<ticks>(?!`)|\[(?<label>[^[\]]+)\]\((?<url>https?:\/\/[^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*)\)|\*\*(?=\S)(?<bold>.+?)(?<=\S)\*\*(?!\*)|(?<!\w)__(?=\S)(?<bold2>.+?)(?<=\S)__(?!\w)|~~(?=\S)(?<gone>.+?)(?<=\S)~~|\*(?=[^\s*])(?<slanted>.+?)(?<=[^\s*])\*(?!\*)|(?<!\w)_(?=[^\s_])(?<slanted2>.+?)(?<=[^\s_])_(?!\w)/gs;

/** Emphasis, code and links of a stretch of text. */
function inline(source: string, depth = 0): string {
  if (depth > DEEPEST) return escapeHtml(source);
  let html = "";
  let at = 0;
  for (const match of source.matchAll(spans)) {
    html += escapeHtml(source.slice(at, match.index)) + span(match.groups!, depth + 1);
    at = match.index + match[0].length;
  }
  return html + escapeHtml(source.slice(at));
}

function span(found: Readonly<Record<string, string | undefined>>, depth: number): string {
  const { escaped, code, label, url, bold = found["bold2"], gone, slanted = found["slanted2"] } = found;
  if (escaped !== undefined) return escapeHtml(escaped);
  if (code !== undefined) return `<code>${escapeHtml(code)}</code>`;
  if (label !== undefined) return `<a href="${escapeHtml(url!)}">${inline(label, depth)}</a>`;
  if (bold !== undefined) return `<b>${inline(bold, depth)}</b>`;
  if (gone !== undefined) return `<s>${inline(gone, depth)}</s>`;
  return `<i>${inline(slanted!, depth)}</i>`;
}

const signs: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escapeHtml = (plain: string) => plain.replace(/[&<>"]/g, sign => signs[sign]!);
