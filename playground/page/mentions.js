// People, groups, channels and links inside texts.

import { h } from "./dom.js";
import { go } from "./places.js";
import { channelNamed, store } from "./store.js";

export function userMention(id, label = "") {
  const user = store.users.get(id);
  const own = user && user === store.me;
  return h("span", { class: `mention ${own ? "is-me" : ""}`, title: user?.name }, `@${user?.handle ?? (label || "unknown")}`);
}

export function groupMention(id, label = "") {
  const group = store.groups.get(id);
  const own = group?.members.includes(store.me?.id);
  const name = group ? `@${group.handle}` : label || "@unknown-group";
  return h("span", { class: `mention ${own ? "is-me" : ""}`, title: group?.name }, name);
}

export function broadcastMention(range) {
  return h("span", { class: "mention is-me" }, `@${range}`);
}

export function channelMention(id, label = "") {
  const channel = channelNamed(id);
  if (!channel) return h("span", { class: "mention" }, label ? `#${label}` : "#private-channel");
  return h("a", { class: "mention", href: `#in=${channel.name}`, onclick: (event) => visit(event, channel.id) }, `#${channel.name}`);
}

function visit(event, where, more) {
  event.preventDefault();
  go(where, more);
}

const PERMALINK = /^\/archives\/([A-Z0-9]+)\/p(\d{7,})$/;

// A link opens elsewhere, and tells nobody where from; a link to a message moves the page there.
export function link(url, label = url) {
  const address = safeAddress(url);
  if (!address) return document.createTextNode(label === url ? url : `${label} (${url})`);
  const found = isOurs(address) && PERMALINK.exec(address.pathname);
  if (found) {
    const ts = `${found[2].slice(0, -6)}.${found[2].slice(-6)}`;
    const thread = address.searchParams.get("thread_ts");
    return h("a", { href: address.href, onclick: (event) => visit(event, found[1], { message: ts, thread }) }, label);
  }
  return h("a", { href: address.href, target: "_blank", rel: "noopener noreferrer" }, label);
}

export function safeAddress(url) {
  try {
    const address = new URL(url);
    return ["http:", "https:", "mailto:", "tel:"].includes(address.protocol) ? address : null;
  } catch {
    return null;
  }
}

export function isOurs(address) {
  return address.origin === location.origin || address.origin === store.baseUrl;
}
