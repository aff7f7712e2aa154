// Pictures: files of this workspace are shown, addresses elsewhere only named.

import { h } from "./dom.js";
import { showPicture } from "./dialogs.js";
import { icon } from "./icons.js";
import { isOurs, link, safeAddress } from "./mentions.js";

const FILE = /^\/files-pri\/([A-Za-z0-9]+)\/?/;

export function picture(given, className) {
  const label = given.alt_text || given.title?.text || "Picture";
  const address = addressOf(given);
  if (!address) {
    return h("span", { class: "foreign-image" }, icon("picture"), " ", given.image_url ? link(given.image_url, label) : label);
  }
  const image = h("img", { src: address, alt: label, class: className, loading: "lazy" });
  if (className === "element-image" || className === "context-image") return image;
  const open = () => showPicture(address, label);
  return h("button", { type: "button", class: "picture-button", "aria-label": `Enlarge: ${label}`, onclick: open }, image);
}

function addressOf(given) {
  const file = given.slack_file;
  if (file?.id && /^[A-Za-z0-9]+$/.test(file.id)) return `/files-pri/${file.id}/file`;
  const url = safeAddress(file?.url ?? given.image_url ?? "");
  if (!url || !isOurs(url)) return null;
  return FILE.test(url.pathname) ? url.pathname : null;
}

export function fileCard(file) {
  const title = file.title || file.name || "File";
  const kind = file.mimetype ?? "";
  const address = /^[A-Za-z0-9]+$/.test(file.id ?? "") ? `/files-pri/${file.id}/file` : null;
  if (address && kind.startsWith("image/")) {
    const shown = picture({ slack_file: { id: file.id }, alt_text: file.alt_txt || title }, "file-image");
    return h("figure", { class: "file" }, h("figcaption", {}, title), shown);
  }
  const size = file.size ? `${Math.max(1, Math.round(file.size / 1024))} kB` : "";
  return h(
    "div",
    { class: "file is-card" },
    h("span", { class: "file-icon", "aria-hidden": "true" }, icon("file")),
    h("span", {}, address ? h("a", { href: address, download: file.name ?? "" }, title) : title, h("small", {}, size)),
  );
}
