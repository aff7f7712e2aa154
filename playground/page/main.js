// Puts the page together and keeps it true: each change makes what it touches be read again.

import { get } from "./api.js";
import { toggleDrawer } from "./drawer.js";
import { h } from "./dom.js";
import { extend } from "./extension.js";
import { follow } from "./live.js";
import { be, go, readHash, startedAs } from "./places.js";

async function start() {
  document.getElementById("top").append(
    h("button", { type: "button", id: "tools-button", "aria-expanded": "false", onclick: toggleDrawer }, "Tools"),
  );
  const hash = readHash();
  const change = await be(startedAs() || (await get("/playground/people")).people[0].id);
  go(hash.get("in") || "", { tab: hash.get("tab") ?? "messages" });
  follow(change);
  await extend();
}

start();
