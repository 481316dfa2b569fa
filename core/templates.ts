import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type Handlebars from "handlebars";
import { HearthError, messageOf } from "./errors";
import { service } from "./tokens";

/** Handlebars templates: looked for in `templates/` beside the config file, then in the plugin's own `templates/`, then in Hearth's. */
export interface Templates {
  /**
   * Renders `<name>.hbs`. In a page, whose name begins with "pages/", values are escaped for HTML, but for `{{{value}}}`;
   * in all other templates they are put in as they are. A name that `data` has not is an error.
   * @throws HearthError TEMPLATE with the file
   */
  render(name: string, data: object): string;
}
/** The templates of a plugin and of the house, as a service of the kernel. */
export const Templates = service<Templates>("hearth.templates");

/** Loaded with the first template that is rendered: a start, which renders none, need not wait for it. */
const load = (): typeof Handlebars => require("handlebars");

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

interface Compiled {
  readonly mtimeMs: number;
  readonly render: HandlebarsTemplateDelegate;
}

/** Reads templates from folders, the first that has the file; follows changes of the files. */
export class TemplateFolders implements Templates {
  readonly #handlebars: () => typeof Handlebars = once(() => load().create());
  readonly #compiled = new Map<string, Compiled>();

  constructor(readonly folders: readonly string[]) {}

  render(name: string, data: object): string {
    const file = this.#find(name);
    try {
      return this.#compile(name, file)(data, {
        allowProtoPropertiesByDefault: false,
        allowProtoMethodsByDefault: false,
      });
    } catch (error) {
      if (error instanceof HearthError) throw error;
      throw new HearthError("TEMPLATE", `${file}: ${messageOf(error)}`, error);
    }
  }

  #find(name: string): string {
    const places = this.folders.map(folder => join(folder, `${name}.hbs`));
    const found = places.find(place => existsSync(place));
    if (!found) throw new HearthError("TEMPLATE", `there is no ${name}.hbs in ${this.folders.join(", ")}`);
    return found;
  }

  #compile(name: string, file: string): HandlebarsTemplateDelegate {
    const { mtimeMs } = statSync(file);
    const held = this.#compiled.get(file);
    const text = readFileSync(file, "utf8");
    for (const partial of partialsOf(this.#handlebars().parse(text)))
      this.#handlebars().registerPartial(partial, this.#compile(partial, this.#find(partial)));
    if (held?.mtimeMs === mtimeMs) return held.render;
    const render = this.#handlebars().compile(text, { noEscape: !isPage(name), strict: true, knownHelpersOnly: true });
    this.#compiled.set(file, { mtimeMs, render });
    return render;
  }
}

const isPage = (name: string): boolean => name.startsWith("pages/");

/** The names of the partials that a template uses. */
function partialsOf(ast: hbs.AST.Program): string[] {
  const names: string[] = [];
  const visitor = new (load().Visitor)();
  visitor.PartialStatement = ({ name }) => {
    if (name.type === "PathExpression") names.push((name as hbs.AST.PathExpression).original);
  };
  visitor.accept(ast);
  return names;
}
