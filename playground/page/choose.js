// The menu of selects: a button that opens a list with a search field; keyboard as in ARIA's combobox.

import { debounced, fill, freshId, h } from "./dom.js";

// groups: [{label, options: [{key, label, hint, value}]}]
// `load(typed)` answers groups, at once or as a promise; `pick(option)` is called with each choice.
export function openList({ anchor, label, load, pick, chosen = () => false, stays = false, least = 0, search = true, closed = null }) {
  const listId = freshId("list");
  const input = h("input", {
    type: "text",
    class: "list-search",
    role: "combobox",
    "aria-label": label,
    "aria-controls": listId,
    "aria-expanded": "true",
    "aria-autocomplete": "list",
    autocomplete: "off",
    placeholder: "Search",
    readonly: !search,
    oninput: () => refreshSoon(),
    onkeydown: keyed,
  });
  const list = h("div", { id: listId, role: "listbox", "aria-label": label, class: "list-options" });
  if (stays) list.setAttribute("aria-multiselectable", "true");
  const box = h("div", { class: `list-popover ${search ? "" : "no-search"}`, popover: "auto" }, input, list);
  (anchor.closest("dialog") ?? document.body).append(box);
  let options = [];
  let active = 0;
  let turn = 0;

  async function refresh() {
    const mine = (turn += 1);
    const typed = input.value.trim();
    if (typed.length < least) return say(`Type at least ${least} letters.`);
    const answer = load(typed);
    if (answer instanceof Promise) say("Loading …");
    try {
      const groups = await answer;
      if (mine === turn) show(groups);
    } catch (error) {
      if (mine === turn) say(error.message);
    }
  }
  const refreshSoon = debounced(refresh, 120);

  function say(text) {
    options = [];
    fill(list, h("p", { class: "list-note" }, text));
  }

  function show(groups) {
    options = groups.flatMap((group) => group.options);
    if (!options.length) return say("No results");
    let number = -1;
    fill(
      list,
      groups.filter((group) => group.options.length).map((group) => [
        group.label ? h("div", { class: "list-group", role: "presentation" }, group.label) : null,
        group.options.map((option) => row(option, (number += 1))),
      ]),
    );
    activate(Math.min(active, options.length - 1));
  }

  function row(option, number) {
    return h(
      "div",
      {
        role: "option",
        id: `${listId}-${number}`,
        class: "list-option",
        "aria-selected": String(Boolean(chosen(option))),
        onmousemove: () => active !== number && activate(number),
        onclick: () => take(option),
      },
      h("span", { class: "list-label" }, option.label),
      option.hint ? h("span", { class: "list-hint" }, option.hint) : null,
    );
  }

  function activate(number) {
    list.querySelector(".is-active")?.classList.remove("is-active");
    active = number;
    const now = document.getElementById(`${listId}-${number}`);
    now?.classList.add("is-active");
    now?.scrollIntoView({ block: "nearest" });
    if (now) input.setAttribute("aria-activedescendant", now.id);
  }

  function take(option) {
    pick(option);
    if (stays) refresh();
    else close();
  }

  function keyed(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && options.length) {
      event.preventDefault();
      activate((active + step + options.length) % options.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (options[active]) take(options[active]);
    } else if (event.key === "Tab") {
      close();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  }

  function close() {
    box.hidePopover?.();
  }

  box.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    turn += 1;
    box.remove();
    anchor.setAttribute("aria-expanded", "false");
    closed?.();
    if (anchor.isConnected) anchor.focus();
  });
  anchor.setAttribute("aria-expanded", "true");
  box.showPopover();
  place(box, anchor);
  refresh();
  input.focus();
  return close;
}

function place(box, anchor) {
  const at = anchor.getBoundingClientRect();
  const width = Math.min(Math.max(at.width, 260), innerWidth - 16);
  const below = innerHeight - at.bottom;
  box.style.width = `${width}px`;
  box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
  if (below < 260 && at.top > below) box.style.bottom = `${innerHeight - at.top + 4}px`;
  else box.style.top = `${at.bottom + 4}px`;
  box.style.maxHeight = `${Math.max(160, Math.min(360, Math.max(below, at.top) - 16))}px`;
}

export function matching(options, typed) {
  const wanted = typed.toLocaleLowerCase();
  return options.filter((option) => `${option.label} ${option.hint ?? ""}`.toLocaleLowerCase().includes(wanted));
}
