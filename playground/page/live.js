// One WebSocket that tells what has changed; when it breaks it comes back by itself.

import { unpressed } from "./dom.js";
import { tell } from "./store.js";

const PAUSES_MS = [200, 500, 1000, 2000];

let socket = null;
let failures = 0;

export function follow(since) {
  const address = new URL("/live", location.href);
  address.protocol = "ws:";
  if (since !== undefined) address.searchParams.set("since", since);
  socket = new WebSocket(address);
  socket.addEventListener("open", opened);
  socket.addEventListener("message", heard);
  socket.addEventListener("close", lost);
}

function opened() {
  const back = failures > 0;
  failures = 0;
  note("");
  // What happened meanwhile may be more than the feed keeps, or another workspace altogether.
  if (back) tell("back");
}

async function heard(event) {
  const told = JSON.parse(event.data);
  await unpressed();
  for (const change of told.changes) {
    tell("change", change);
    tell(`change:${change.kind}`, change);
  }
  for (const call of told.calls) tell("call", call);
}

function lost() {
  failures += 1;
  note("The playground is away. The page comes back by itself as soon as it answers.");
  const pause = PAUSES_MS[Math.min(failures, PAUSES_MS.length) - 1];
  setTimeout(() => follow(), pause);
}

function note(text) {
  const place = document.getElementById("offline");
  place.textContent = text;
  place.hidden = !text;
}
