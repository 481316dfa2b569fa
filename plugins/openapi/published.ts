import { etagOf, type Inspector, type Kept, kept, type Templates } from "hearth";
import { clientTypes } from "./client";
import { documentOf } from "./document";
import { type Page, pageOf } from "./page";

/** The document and what is made of it: each made when it is first asked for, and again when a route has come or gone. */
export interface Published {
  json(): Kept;
  page(): Kept & Pick<Page, "policy">;
  /** TypeScript. */
  client(): string;
}

/** @param version of Hearth */
export function publish(inspector: Inspector, templates: Templates, version: string): Published {
  const perRoutes = <T>(make: () => T): (() => T) => {
    let last: { readonly of: unknown; readonly made: T } | undefined;
    return () => {
      const of = inspector.routes();
      if (last?.of !== of) last = { of, made: make() };
      return last.made;
    };
  };
  const document = perRoutes(() => documentOf(inspector.routes(), inspector.plugins(), version));
  return {
    json: perRoutes(() => kept(document())),
    page: perRoutes(() => {
      const { html, policy } = pageOf(document(), templates);
      return { body: html, etag: etagOf(html), type: "text/html;charset=utf-8", policy };
    }),
    client: perRoutes(() => clientTypes(document())),
  };
}
