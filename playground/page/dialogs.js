// Slack's confirmation dialogs, and pictures seen large.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { plain, textObject } from "./mrkdwn.js";

// Resolves to whether the person confirmed; without a `confirm` object at once.
export function confirmed(confirm) {
  if (!confirm) return Promise.resolve(true);
  return new Promise((resolve) => {
    const close = (answer) => {
      dialog.close();
      dialog.remove();
      resolve(answer);
    };
    const style = confirm.style === "danger" ? "danger" : "primary";
    const dialog = h(
      "dialog",
      { class: "modal is-small", "aria-labelledby": "confirm-title", oncancel: () => close(false) },
      h("div", { class: "modal-head" }, h("h2", { id: "confirm-title" }, plain(confirm.title))),
      h("div", { class: "modal-body" }, h("p", {}, textObject(confirm.text))),
      h(
        "div",
        { class: "modal-foot" },
        h("button", { type: "button", class: "button", onclick: () => close(false) }, plain(confirm.deny)),
        h("button", { type: "button", class: `button ${style}`, onclick: () => close(true) }, plain(confirm.confirm)),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}

export function showPicture(address, title) {
  const close = () => {
    dialog.close();
    dialog.remove();
  };
  const dialog = h(
    "dialog",
    { class: "lightbox", "aria-label": title, oncancel: close, onclick: close },
    h("img", { src: address, alt: title }),
    h("button", { type: "button", class: "plain-icon", "aria-label": "Close the picture" }, icon("close")),
  );
  document.body.append(dialog);
  dialog.showModal();
}
