// Selects of every source, for one choice or several.

import { matching, openList } from "./choose.js";
import { confirmed } from "./dialogs.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { plain } from "./mrkdwn.js";
import { humans, isDirect, store, titleOf } from "./store.js";

const MENU = /^(multi_)?(static|external|users|channels|conversations)_select$/;

export function isMenu(element) {
  return MENU.test(element.type ?? "");
}

export function menu(block, element, on) {
  const [, several, source] = MENU.exec(element.type);
  const label = plain(element.placeholder) || (several ? "Select options" : "Select an option");
  const made = h("button", {
    type: "button",
    class: `select ${several ? "is-multi" : ""}`,
    "aria-haspopup": "listbox",
    "aria-expanded": "false",
    data: { action: element.action_id },
    onclick: open,
  });
  let now = on.value(block, element);

  function paint() {
    const items = several ? (now ?? []) : [now].filter(Boolean);
    const shown = items.length
      ? items.map((item) => h("span", { class: several ? "chip" : "select-value" }, nameOf(source, item)))
      : h("span", { class: "select-hint" }, label);
    fill(made, h("span", { class: "select-text" }, shown), h("span", { class: "select-arrow", "aria-hidden": "true" }, icon("down")));
    const labels = on.labels(block, label);
    const said = items.map((item) => nameOf(source, item)).join(", ");
    made.setAttribute("aria-label", [labels["aria-label"] ?? on.labelText?.(block) ?? label, said].filter(Boolean).join(": "));
    for (const name of ["aria-describedby", "aria-invalid"]) if (labels[name]) made.setAttribute(name, labels[name]);
  }

  function open() {
    const before = JSON.stringify(now);
    openList({
      anchor: made,
      label,
      stays: Boolean(several),
      least: source === "external" ? (element.min_query_length ?? 3) : 0,
      load: (typed) => offered(source, block, element, on, typed),
      chosen: (option) => isChosen(option),
      pick: (option) => (several ? toggle(option) : choose(option.value)),
      // Several choices are told once, when the list closes.
      closed: () => several && before !== JSON.stringify(now) && choose(now),
    });
  }

  function isChosen(option) {
    const items = several ? (now ?? []) : [now].filter(Boolean);
    return items.some((item) => keyOf(item) === option.key);
  }

  async function choose(value) {
    if (!(await confirmed(element.confirm))) return;
    now = value;
    paint();
    made.setAttribute("aria-busy", "true");
    await on.act(block, element, now).finally(() => made.removeAttribute("aria-busy"));
  }

  function toggle(option) {
    const items = now ?? [];
    const without = items.filter((item) => keyOf(item) !== option.key);
    const most = element.max_selected_items ?? Infinity;
    if (without.length === items.length && items.length >= most) return;
    now = without.length === items.length ? [...items, option.value] : without;
    paint();
  }

  paint();
  return made;
}

function keyOf(item) {
  return typeof item === "object" ? item.value : item;
}

function nameOf(source, item) {
  if (typeof item === "object") return plain(item.text);
  if (source === "users") return store.users.get(item)?.name ?? item;
  const channel = store.channels.get(item);
  return channel ? `${isDirect(channel) ? "" : "#"}${titleOf(channel)}` : item;
}

async function offered(source, block, element, on, typed) {
  if (source === "external") {
    const told = await on.options(block, element, typed);
    return told.some((item) => item.options)
      ? told.map((group) => ({ label: plain(group.label), options: group.options.map(asOption) }))
      : [{ options: told.map(asOption) }];
  }
  if (source === "static") {
    const groups = element.option_groups ?? [{ options: element.options ?? [] }];
    return groups.map((group) => ({
      label: plain(group.label),
      options: matching(group.options.map(asOption), typed),
    }));
  }
  const people = () => humans().map((user) => ({ key: user.id, label: user.name, hint: `@${user.handle}`, value: user.id }));
  const all = source === "users" ? people() : conversations(source === "channels");
  return [{ options: matching(all, typed) }];
}

function asOption(option) {
  return { key: option.value, label: plain(option.text), hint: plain(option.description), value: option };
}

function conversations(onlyChannels) {
  return [...store.channels.values()]
    .filter((channel) => !channel.archived && (channel.kind === "public_channel" || !onlyChannels))
    .map((channel) => ({ key: channel.id, label: nameOf("channels", channel.id), value: channel.id }));
}
