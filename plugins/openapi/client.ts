import type { OpenApi } from "./document";
import type { JsonSchema } from "./json-schema";
import type { Answer, Operation } from "./operation";
import type { Parameter } from "./parameters";
import { commentText, type Hand, keyText, typeText } from "./type-text";

const hand: Hand = { reference: name => `components["schemas"][${JSON.stringify(name)}]` };

/** The TypeScript types of a document, in the shape that `openapi-fetch` reads: `paths`, `operations`, `components`. */
export function clientTypes({ info, paths, components }: OpenApi): string {
  const operations = Object.values(paths).flatMap(methods => Object.values(methods));
  return `// The HTTP API of ${oneLine(info.title)} ${oneLine(info.version)} as it runs. Made by \`hearth client\`: make it again instead of changing it.

export interface paths {
${Object.entries(paths).map(pathText).join("\n")}
}

export interface operations {
${operations.map(operationText).join("\n")}
}

export interface components {
  schemas: {
${Object.entries(components.schemas).map(schemaText).join("\n")}
  };
}`;
}

const pathText = ([path, methods]: [string, Readonly<Record<string, Operation>>]): string => {
  const lines = Object.entries(methods).map(
    ([method, { operationId, summary }]) =>
      `${commentText({ description: summary }, "    ")}    ${method}: operations[${JSON.stringify(operationId)}];`,
  );
  return `  ${JSON.stringify(path)}: {\n${lines.join("\n")}\n  };`;
};

const schemaText = ([name, schema]: [string, JsonSchema]): string =>
  `${commentText(schema, "    ")}    ${keyText(name)}: ${typeText(schema, hand, "    ")};`;

function operationText({ operationId, summary, parameters, requestBody, responses }: Operation): string {
  const body = requestBody && [
    `    requestBody${requestBody.required ? "" : "?"}: {\n      content: ${contentText(requestBody.content, "      ")};\n    };`,
  ];
  const answers = Object.entries(responses).map(([status, answer]) => answerText(status, answer));
  return [
    `${commentText({ description: summary }, "  ")}  ${keyText(operationId)}: {`,
    `    parameters: {\n${(["query", "header", "path"] as const).map(place => placeText(place, parameters)).join("\n")}\n    };`,
    ...(body ?? []),
    `    responses: {\n${answers.join("\n")}\n    };`,
    "  };",
  ].join("\n");
}

/** The parameters of one place; the place may be left out when all of them may. */
function placeText(place: Parameter["in"], parameters: readonly Parameter[]): string {
  const here = parameters.filter(parameter => parameter.in === place);
  if (here.length === 0) return `      ${place}?: never;`;
  const required = here.filter(parameter => parameter.required).map(({ name }) => name);
  const described = ({ schema, description }: Parameter) => ({ ...schema, ...(description && { description }) });
  const properties = Object.fromEntries(here.map(parameter => [parameter.name, described(parameter)]));
  const type = typeText({ type: "object", properties, required }, hand, "      ");
  return `      ${place}${required.length > 0 ? "" : "?"}: ${type};`;
}

function answerText(status: string, { description, content }: Answer): string {
  const inner = content ? `content: ${contentText(content, "        ")};` : "content?: never;";
  return `${commentText({ description }, "      ")}      ${status}: {\n        headers: { [name: string]: unknown };\n        ${inner}\n      };`;
}

const contentText = (content: NonNullable<Answer["content"]>, indent: string): string =>
  `{\n${Object.entries(content)
    .map(([type, { schema }]) => `${indent}  ${JSON.stringify(type)}: ${typeText(schema, hand, `${indent}  `)};`)
    .join("\n")}\n${indent}}`;

const oneLine = (text: string) => text.replace(/\s+/g, " ");
