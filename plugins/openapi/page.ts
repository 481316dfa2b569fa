import type { Templates } from "hearth";
import { curlText } from "./curl";
import type { OpenApi } from "./document";
import type { JsonSchema } from "./json-schema";
import type { Answer, Operation } from "./operation";
import type { Parameter } from "./parameters";
import { typeText } from "./type-text";

/** A page, and what a browser may load for it. */
export interface Page {
  readonly html: string;
  readonly policy: string;
}

/** The document as one page for people. Everything that it shows is escaped by the template. */
export function pageOf(document: OpenApi, templates: Templates): Page {
  const style = templates.render("pages/docs-style", {});
  const html = templates.render("pages/docs", { ...viewOf(document), style });
  const hash = new Bun.CryptoHasher("sha256").update(style).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  return { html, policy };
}

function viewOf({ info, servers, tags, paths, components: { schemas } }: OpenApi) {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationView(method, path, operation, schemas)),
  );
  const groups = tags.map(({ name, description }) => ({
    name,
    description,
    operations: operations.filter(({ tag }) => tag === name),
  }));
  return {
    title: info.title,
    version: info.version,
    paragraphs: info.description.split("\n\n"),
    base: servers[0]?.url ?? "",
    count: operations.length,
    groups,
    schemas: Object.entries(schemas).map(([name, schema]) => ({ name, type: outline(schema) })),
  };
}

const outline = (schema: JsonSchema) => typeText(schema, { reference: name => name });

function operationView(
  method: string,
  path: string,
  operation: Operation,
  schemas: Readonly<Record<string, JsonSchema>>,
) {
  const { operationId, summary, tags, security, parameters, requestBody, responses } = operation;
  const [body] = Object.entries(requestBody?.content ?? {});
  return {
    id: operationId,
    tag: tags[0],
    method: method.toUpperCase(),
    path,
    summary,
    access: accessOf(security),
    parameters: parameters.map(parameterView),
    body: body ? { media: body[0], type: outline(body[1].schema) } : null,
    answers: Object.entries(responses).map(answerView),
    curl: curlText(method, path, operation, schemas),
  };
}

function accessOf(security: Operation["security"]): string {
  const words: Record<string, string> = {
    key: "service key",
    bearer: "bearer token",
    sender: "sender's key",
    session: "mailbox session",
  };
  const needs = Object.keys(security[0] ?? {}).map(name => words[name] ?? name);
  return needs.length > 0 ? needs.join(" and ") : "public";
}

const parameterView = ({ name, in: place, required, description, schema }: Parameter) => ({
  name,
  place,
  required,
  type: outline(schema),
  description: description ?? "",
  usual: schema.default === undefined ? "" : JSON.stringify(schema.default),
});

function answerView([status, { description, content }]: [string, Answer]) {
  const [first] = Object.entries(content ?? {});
  const [media, { schema }] = first ?? ["", { schema: {} }];
  return { status, description, media, type: media === "application/json" ? outline(schema) : "" };
}
