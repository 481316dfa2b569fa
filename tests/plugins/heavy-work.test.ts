import { expect, test } from "bun:test";
import { availableParallelism } from "node:os";
import { heavyWork } from "hearth";
import { Passwords } from "../../plugins/mailbox/passwords";
import { PictureCleaner } from "../../plugins/pictures/cleaner";
import { settings } from "../../plugins/pictures/settings";
import { jpeg } from "../fixtures/pictures";

test("W-49: passwords and pictures take their turns with all heavy work", async () => {
  const passwords = new Passwords();
  const known = await passwords.hash("x");
  const file = await jpeg(16, 8);
  const busy = Promise.withResolvers<void>();
  const others = Array.from({ length: availableParallelism() }, () => heavyWork(() => busy.promise));
  const done: string[] = [];
  const all = [
    passwords.hash("y").then(() => done.push("hashed")),
    passwords.verify("x", known).then(() => done.push("verified")),
    new PictureCleaner(settings.parse({})).clean(file).then(() => done.push("cleaned")),
  ];
  await Bun.password.verify("x", known); // as long as the longest of these takes
  await Bun.password.verify("x", known);
  expect(done).toEqual([]);
  busy.resolve();
  await Promise.all([...others, ...all]);
  expect(done.sort()).toEqual(["cleaned", "hashed", "verified"]);
});
