// The app's Home tab.

import { act } from "./api.js";
import { blocksOf, labelling } from "./blocks.js";
import { fill, h } from "./dom.js";
import { store } from "./store.js";
import { click } from "./surfaces.js";
import { isStateful, Memory, ofState } from "./values.js";

let memory = new Memory();
let shown = "";

export function showHome(host, view) {
  const key = `${store.me.id} ${view?.id} ${view?.hash}`;
  if (key === shown && host.firstChild) return;
  if (key !== shown) memory = new Memory();
  shown = key;
  const content = view
    ? blocksOf(view.body.blocks, surface(view))
    : h("p", { class: "empty" }, `${store.app.name} has not put anything on its Home yet.`);
  fill(host, h("div", { class: "home" }, content));
}

export function forgetHome() {
  shown = "";
}

function surface(view) {
  return {
    ...labelling(view.id, view.errors),
    value: (block, element) =>
      memory.get(block, element, ofState(element, view.values[block.block_id]?.[element.action_id])),
    changed: (block, element, value) => memory.set(block, element, value),
    act: async (block, element, value) => {
      if (isStateful(element)) memory.set(block, element, value);
      if (block.type !== "input" || block.dispatch_action === true) await click(block, element, value, {});
    },
    options: (block, element, typed) => act("options_for", { action_id: element.action_id, typed }),
  };
}
