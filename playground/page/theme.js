// Light or dark: as the system says, or as the person chose here.

import { h } from "./dom.js";
import { icon } from "./icons.js";

const KEPT = "playground.theme";

export function startTheme() {
  const chosen = localStorage.getItem(KEPT);
  if (chosen) document.documentElement.dataset.theme = chosen;
}

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

export function themeButton() {
  const flip = () => {
    const next = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    localStorage.setItem(KEPT, next);
  };
  return h("button", { type: "button", class: "top-button", "aria-label": "Light or dark", title: "Light or dark", onclick: flip }, icon("theme"));
}
