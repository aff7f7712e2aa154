// What the embedding program's scripts get: `export default function (page) { … }`.

import { act, get, post } from "./api.js";
import { fill, h, unpressed } from "./dom.js";
import { addPanel } from "./drawer.js";
import { be, go } from "./places.js";
import { notice } from "./notices.js";
import { humans, on, store } from "./store.js";

const FOLDER = "/extension";

const page = {
  addPanel,
  addNotice: (given) => notice(typeof given === "string" ? { text: given } : given),
  // page.on(change => …) hears everything; page.on("message_posted", change => …) one kind.
  on: (kind, listener) =>
    typeof kind === "function" ? on("change", kind) : on(`change:${kind}`, listener),
  onPerson: (listener) => on("person", listener),
  get people() {
    return humans();
  },
  get me() {
    return store.me;
  },
  be,
  go,
  act,
  h,
  fill,
  // Below /extension: page.fetch("state") reads, page.fetch("lead", {…}) posts JSON, text or a file.
  fetch: async (path, body) => {
    const address = `${FOLDER}/${path.replace(/^\//, "")}`;
    const told = await (body === undefined ? get(address) : post(address, body));
    await unpressed();
    return told;
  },
};

export async function extend() {
  const told = await get("/playground/extension");
  if (!told) return;
  for (const address of told.styles) {
    document.head.append(h("link", { rel: "stylesheet", href: address }));
  }
  for (const address of told.scripts) {
    try {
      const script = await import(address);
      await script.default(page);
    } catch (error) {
      console.error(error);
      notice({ text: `${told.name}: ${address.split("/").pop()} did not load. ${error.message}`, kind: "error" });
    }
  }
}
