// Whether somebody can be reached, as marks beside their name.

import { h } from "./dom.js";
import { emojiOf } from "./emoji.js";
import { icon } from "./icons.js";
import { moment } from "./time.js";

function nameOfEmoji(user) {
  return user.status.emoji.replaceAll(":", "");
}

export function statusWords(user) {
  const { text, until } = user.status;
  return `${text || nameOfEmoji(user)}${until ? ` until ${moment(new Date(until))}` : ""}`;
}

export function silenceWords(user) {
  return `Notifications paused until ${moment(new Date(user.silent_until))}`;
}

export function statusMark(user) {
  if (!user?.status?.emoji) return null;
  const name = nameOfEmoji(user);
  const words = statusWords(user);
  return h("span", { class: "status-mark", role: "img", "aria-label": words, title: words }, emojiOf(name) ?? `:${name}:`);
}

export function presenceMark(user) {
  if (user.is_bot) return null;
  const [kind, words] = user.silent_until
    ? ["is-silent", silenceWords(user)]
    : user.presence === "away" || user.deleted
      ? ["is-away", "Away"]
      : ["is-active", "Active"];
  return h("span", { class: `presence ${kind}`, role: "img", "aria-label": words, title: words }, user.silent_until ? icon("snooze") : null);
}
