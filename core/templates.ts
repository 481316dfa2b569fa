import { service } from "./tokens";

/** Handlebars templates: looked for in `templates/` beside the config file, then in the plugin's folder, then in Hearth's `templates/`. */
export interface Templates {
  /** Renders `<name>.hbs`. Throws TEMPLATE, with the file, for a template that is missing, wrong, or names what `data` has not. */
  render(name: string, data: object): string;
}
export const Templates = service<Templates>("hearth.templates");
