// Faces: initials on a colour of one's own.

import { h } from "./dom.js";
import { store } from "./store.js";

const COLOURS = 10;

export function avatar(user, className = "") {
  const app = !user || user.is_bot;
  const name = user?.name ?? "?";
  const letters = app ? name.slice(0, 1) : name.split(/\s+/).slice(0, 2).map((word) => word[0]).join("");
  const kind = app ? "is-app" : `colour-${colourOf(user)}`;
  return h("span", { class: `avatar ${kind} ${className}`, "aria-hidden": "true" }, letters.toLocaleUpperCase());
}

function colourOf(user) {
  return [...store.users.keys()].indexOf(user.id) % COLOURS;
}

export function authorOf(message) {
  return store.users.get(message.user);
}
