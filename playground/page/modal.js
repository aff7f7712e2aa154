// The open modal, the top of the person's stack.

import { act } from "./api.js";
import { avatar } from "./avatars.js";
import { blocksOf, labelling } from "./blocks.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { plain } from "./mrkdwn.js";
import { notice } from "./notices.js";
import { store } from "./store.js";
import { click } from "./surfaces.js";
import { asWanted, isStateful, Memory, ofState } from "./values.js";

let dialog = null;
let shown = null; // {id, hash, errors} of what the dialog holds
let memory = new Memory();
let leaving = ""; // the id of the view that is being closed

export function showModals(stack, again) {
  const view = stack.at(-1);
  if (!view) return close();
  const errors = JSON.stringify(view.errors);
  if (shown?.id === view.id && shown.hash === view.hash && shown.errors === errors && shown.depth === stack.length) return undefined;
  if (shown?.id !== view.id) memory = new Memory();
  const isNew = shown?.id !== view.id;
  shown = { id: view.id, hash: view.hash, errors, depth: stack.length };
  if (!dialog) open();
  const typedIn = document.activeElement?.dataset?.action;
  fill(dialog, form(view, stack.length, again));
  focusIn(isNew, view, typedIn);
  return undefined;
}

function open() {
  dialog = h("dialog", { class: "modal", "aria-labelledby": "modal-title" });
  document.body.append(dialog);
  dialog.showModal();
}

function close() {
  if (dialog) {
    dialog.close();
    dialog.remove();
  }
  dialog = shown = null;
  memory = new Memory();
}

export function forgetModal() {
  close();
}

function focusIn(isNew, view, typedIn) {
  const wrong = dialog.querySelector(".has-error :is(input, textarea, button)");
  const same = typedIn && dialog.querySelector(`[data-action="${CSS.escape(typedIn)}"]`);
  const first = dialog.querySelector("[autofocus]") ?? dialog.querySelector(".modal-body :is(input, textarea, .select, .button)");
  const target = wrong ?? (isNew ? first : same) ?? dialog.querySelector(".modal-foot .primary") ?? first;
  target?.focus();
}

function form(view, depth, again) {
  const { body } = view;
  const on = surface(view);
  const leave = () => leaveView(view, again);
  dialog.oncancel = (event) => {
    event.preventDefault();
    leave();
  };
  const submit = body.submit && h("button", { type: "submit", class: "button primary" }, plain(body.submit));
  return h(
    "form",
    { class: "modal-form", novalidate: true, onsubmit: (event) => (event.preventDefault(), send(view, submit, again)) },
    h(
      "div",
      { class: "modal-head" },
      avatar(store.users.get(store.app.user), "is-small"),
      h("h2", { id: "modal-title" }, plain(body.title)),
      h("button", { type: "button", class: "plain-icon", "aria-label": depth > 1 ? "Back" : "Close", onclick: leave }, icon(depth > 1 ? "back" : "close")),
    ),
    h("div", { class: "modal-body", tabindex: "-1" }, h("p", { class: "modal-trouble", role: "alert", hidden: true }), blocksOf(body.blocks, on)),
    h(
      "div",
      { class: "modal-foot" },
      h("button", { type: "button", class: "button", onclick: leave }, body.close ? plain(body.close) : submit ? "Cancel" : "Close"),
      submit,
    ),
  );
}

function surface(view) {
  const tells = (block) => block.type !== "input" || block.dispatch_action === true;
  return {
    ...labelling(view.id, view.errors),
    value: (block, element) =>
      memory.get(block, element, ofState(element, view.values[block.block_id]?.[element.action_id])),
    changed: (block, element, value) => memory.set(block, element, value),
    act: async (block, element, value) => {
      if (isStateful(element)) memory.set(block, element, value);
      if (!tells(block)) return;
      await act("fill", { values: typed(view) });
      await click(block, element, value, {});
    },
    options: (block, element, letters) => act("options_for", { action_id: element.action_id, typed: letters }),
  };
}

// What stands in the input blocks, by block: an action_id may repeat in another block.
function typed(view) {
  const values = {};
  for (const block of view.body.blocks) {
    if (block.type !== "input" || !isStateful(block.element)) continue;
    const before = ofState(block.element, view.values[block.block_id]?.[block.element.action_id]);
    values[block.block_id] = asWanted(block.element, memory.get(block, block.element, before));
  }
  return values;
}

async function send(view, button, again) {
  if (!button || button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  trouble("");
  try {
    const told = await act("submit", { values: typed(view) });
    if (told.error) trouble("We had some trouble connecting. Try again?");
  } catch (refusal) {
    if (refusal.name !== "incomplete") trouble(refusal.message);
  } finally {
    button.removeAttribute("aria-busy");
    await again();
  }
}

function trouble(text) {
  const place = dialog?.querySelector(".modal-trouble");
  if (!place) return;
  place.textContent = text;
  place.hidden = !text;
}

async function leaveView(view, again) {
  if (leaving === view.id) return; // in a field for a date, Escape cancels twice
  leaving = view.id;
  try {
    await act("close_view", { everything: view.body.clear_on_close === true, wait: false });
  } catch (refusal) {
    notice({ text: refusal.message, kind: "error" });
  }
  await again();
  leaving = "";
}
