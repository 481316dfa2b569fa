import { Readability } from "@mozilla/readability";
import { parseHTML } from "linkedom";
import { nodeText, type PageNode } from "./node-text";

/** What a page says. */
export interface MainText {
  readonly title: string;
  readonly text: string;
}

type PageDocument = ReturnType<typeof parseHTML>["document"];

/** Elements of a page at the most; more of them would keep the reader for long. */
const MOST_ELEMENTS = 100_000;
/** Characters under which what was found is thought to be too little of a page. */
const LITTLE = 200;

/** Takes the main text out of a page's HTML: the article, or all of it when there is none. */
export function mainText(html: string, url: string): MainText {
  const document = documentOf(html);
  const title = oneLine(document.querySelector("title")?.textContent ?? "");
  const article = articleOf(documentOf(html)); // it takes its document apart
  const text = article ? nodeText(article.content, url) : "";
  if (text.length >= LITTLE) return { title: oneLine(article?.title ?? "") || title, text };
  const all = nodeText(document.body as unknown as PageNode, url);
  return { title, text: text.length > all.length ? text : all };
}

/** A document with a body, which many pages leave to be understood. */
function documentOf(html: string): PageDocument {
  const whole = /<html[\s>]/i.test(html) && /<body[\s>]/i.test(html);
  const inner = whole ? html : html.replace(/<!doctype[^>]{0,500}>|<\/?(?:html|head|body)(?:\s[^>]{0,2000})?>/gi, "");
  return parseHTML(whole ? inner : `<!doctype html><html><head></head><body>${inner}</body></html>`).document;
}

function articleOf(
  document: PageDocument,
): { readonly title: string | null | undefined; readonly content: PageNode } | undefined {
  const found = new Readability<PageNode>(document as never, {
    maxElemsToParse: MOST_ELEMENTS,
    serializer: node => node as unknown as PageNode,
  }).parse();
  return found?.content ? { title: found.title, content: found.content } : undefined;
}

const oneLine = (text: string): string => text.replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
