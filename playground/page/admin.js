// What an administrator does: accounts, user groups, and who is in which channel, the app too.

import { post } from "./api.js";
import { avatar } from "./avatars.js";
import { fill, h } from "./dom.js";
import { tried } from "./notices.js";
import { around } from "./places.js";
import { isDirect, on, store } from "./store.js";

export function adminPanel() {
  return { id: "admin", title: "Admin", render };
}

function render(host) {
  const opened = new Set();
  const paint = () => {
    const focus = document.activeElement?.dataset?.key;
    fill(host, h("p", { class: "tick-hint" }, "Whoever is deactivated leaves all channels; their groups keep them."), [...store.users.values()].map((user) => entry(user, opened)));
    if (focus) host.querySelector(`[data-key="${CSS.escape(focus)}"]`)?.focus();
  };
  paint();
  return on("workspace", paint);
}

function entry(user, opened) {
  const gone = user.deleted ? h("span", { class: "app-badge" }, "DEACTIVATED") : null;
  return h(
    "details",
    { class: "account", open: opened.has(user.id), ontoggle: (event) => (event.target.open ? opened.add(user.id) : opened.delete(user.id)) },
    h("summary", { data: { key: `account ${user.id}` } }, avatar(user, "is-small"), h("span", { class: "place-name" }, user.name), gone),
    user.is_bot ? null : account(user),
    user.is_bot ? null : h("div", { class: "ticks" }, [...store.groups.values()].map((group) => inGroup(user, group))),
    user.deleted ? null : h("div", { class: "ticks" }, channels().map((channel) => inChannel(user, channel))),
  );
}

function account(user) {
  const name = user.deleted ? "reactivate" : "deactivate";
  const press = () => administer(name, { who: user.id });
  return h("div", { class: "tool-row" }, h("button", { type: "button", class: "button", data: { key: `${user.id} active` }, onclick: press }, user.deleted ? "Reactivate" : "Deactivate"));
}

function channels() {
  return [...store.channels.values()].filter((channel) => !isDirect(channel) && !channel.archived);
}

function inGroup(user, group) {
  const change = (wanted) => administer(wanted ? "add_to_group" : "remove_from_group", { who: user.id, group: group.id });
  return membership(`@${group.handle}`, `${user.id} ${group.id}`, group.members.includes(user.id), change);
}

function inChannel(user, channel) {
  const change = (wanted) => administer(wanted ? "invite" : "remove", { who: user.id, channel: channel.id });
  return membership(`#${channel.name}`, `${user.id} ${channel.id}`, channel.members.includes(user.id), change);
}

function membership(label, key, checked, change) {
  const box = h("input", { type: "checkbox", checked, data: { key }, onchange: () => change(box.checked) });
  return h("label", { class: "tick" }, box, h("span", {}, label));
}

async function administer(name, options) {
  await tried(() => post(`/playground/admin/${name}`, options));
  await around();
}
